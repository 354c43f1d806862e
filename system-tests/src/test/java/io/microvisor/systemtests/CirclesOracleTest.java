package io.microvisor.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.packages.deb.DebPackage;
import io.microvisor.packages.fetch.Network;
import io.microvisor.packages.solver.Pick;
import io.microvisor.packages.solver.Resolution;
import io.microvisor.packages.solver.Wish;
import io.microvisor.packages.solver.deb.DebPolicy;
import io.microvisor.packages.supply.PackageSupply;
import io.microvisor.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Circles of dependencies: those that apt cannot set up are no answers, and those that it can are.
class CirclesOracleTest {
  private static final String APT =
      """
      mkdir -p state/lists/partial cache/archives/partial
      : >status
      apt() {
        apt-get -qq -o Dir::State=$PWD/state -o Dir::State::status=$PWD/status -o Dir::Cache=$PWD/cache \\
          -o Dir::Etc::sourcelist=$PWD/sources.list -o Dir::Etc::sourceparts=- -o APT::Sandbox::User=root \\
          -o APT::Architecture=amd64 -o APT::Architectures::=amd64 "$@"
      }
      apt update
      """;

  /// Wishes, and whether they can be had.
  private static final Map<String, Boolean> CASES =
      new TreeMap<>(
          Map.of(
              "a", false, // a pre-depends on b and b on a
              "k", false, // needs a
              "c", false, // c pre-depends on d, which needs c
              "d", false,
              "h", false, // three in a circle
              "e g", true, // e pre-depends on f or g, f on e
              "m", true, // m needs n and n needs m
              "o", true)); // o pre-depends on p and p needs m

  @Test
  void whatAptCannotSetUpIsNoAnswer(@TempDir Path folder) throws Exception {
    MiniArchive archive = new MiniArchive(folder);
    archive.add("a", "1", "Pre-Depends: b\n");
    archive.add("b", "1", "Pre-Depends: a\n");
    archive.add("k", "1", "Depends: a\n");
    archive.add("c", "1", "Pre-Depends: d\n");
    archive.add("d", "1", "Depends: c\n");
    archive.add("h", "1", "Pre-Depends: i\n");
    archive.add("i", "1", "Pre-Depends: j\n");
    archive.add("j", "1", "Pre-Depends: h\n");
    archive.add("e", "1", "Pre-Depends: f | g\n");
    archive.add("f", "1", "Pre-Depends: e\n");
    archive.add("g", "1", "");
    archive.add("m", "1", "Depends: n\n");
    archive.add("n", "1", "Depends: m\n");
    archive.add("o", "1", "Pre-Depends: p\n");
    archive.add("p", "1", "Depends: m\n");
    archive.publish();
    Files.writeString(
        folder.resolve("sources.list"),
        "deb [trusted=yes] file:%s trixie main\n".formatted(Oracles.WORK));
    StringBuilder script = new StringBuilder(APT);
    CASES
        .keySet()
        .forEach(wishes ->
            script.append(
                "if apt -s install %s >/dev/null 2>&1; then echo can; else echo cannot; fi\n"
                    .formatted(wishes)));

    List<String> theirs = Oracles.open().succeed(folder, script.toString()).lines().toList();

    assertThat(theirs)
        .isEqualTo(CASES.values().stream().map(can -> can ? "can" : "cannot").toList());
    try (Store store = Store.open(folder.resolve("store"));
        PackageSupply supply =
            new PackageSupply(store, List.of(archive.unsigned()), Network.DIRECT, Instant.now())) {
      for (Map.Entry<String, Boolean> each : CASES.entrySet()) {
        assertThat(solve(supply, each.getKey()) instanceof Resolution.Solved)
            .as(each.getKey())
            .isEqualTo(each.getValue());
      }
      // apt considers f only, and refuses; an answer that exists is found.
      assertThat(solve(supply, "e"))
          .isInstanceOfSatisfying(
              Resolution.Solved.class,
              solved ->
                  assertThat(((Resolution.Solved<?>) solved).picks())
                      .extracting(Pick::name)
                      .containsExactly("e", "g"));
    }
  }

  private static Resolution<DebPackage> solve(PackageSupply supply, String wishes)
      throws IOException, InterruptedException {
    return supply.solve(
        Stream.of(wishes.split(" ")).map(Wish::of).toList(), DebPolicy.of("amd64"), _ -> {});
  }
}
