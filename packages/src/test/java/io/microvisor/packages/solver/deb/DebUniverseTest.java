package io.microvisor.packages.solver.deb;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.bytes.FormatException;
import io.microvisor.packages.deb.DebPackage;
import io.microvisor.packages.deb.Priority;
import io.microvisor.packages.solver.Bounds;
import io.microvisor.packages.solver.Pick;
import io.microvisor.packages.solver.Resolution;
import io.microvisor.packages.solver.Solver;
import io.microvisor.packages.solver.Wish;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class DebUniverseTest {
  private static final DebPolicy AMD64 = DebPolicy.of("amd64");

  @Test
  void takesTheFirstAlternative() throws FormatException {
    assertPicks("app 1; Depends: x | y\nx 1\ny 1", "app", "app 1, x 1");
  }

  @Test
  void takesALaterAlternativeWhenTheFirstIsNotThere() throws FormatException {
    assertPicks("app 1; Depends: x (>= 2) | y\nx 1\ny 1", "app", "app 1, y 1");
  }

  @Test
  void isContentWithAnAlternativeAnotherPackageNeedsAnyway() throws FormatException {
    assertPicks("app 1; Depends: x | y, z\nz 1; Depends: y\nx 1\ny 1", "app", "app 1, y 1, z 1");
  }

  @Test
  void isContentWithAnAlternativeSomebodyWishedFor() throws FormatException {
    assertPicks("app 1; Depends: x | y\nx 1\ny 1", "app, y", "app 1, y 1");
  }

  @Test
  void leavesOutAnAlternativeThatALaterChoiceMakesNeedless() throws FormatException {
    assertPicks(
        "app 1; Depends: x | y, p | q\nx 1\ny 1\np 1; Depends: y\nq 1", "app", "app 1, p 1, y 1");
  }

  @Test
  void goesBackOnAChoiceThatLeadsNowhere() throws FormatException {
    assertPicks(
        "app 1; Depends: x | y\nx 1; Depends: z\nz 1; Depends: gone\ny 1", "app", "app 1, y 1");
    assertPicks(
        "app 1; Depends: x | y, p | q\nx 1\ny 1\np 1; Conflicts: x\nq 1; Conflicts: x",
        "app",
        "app 1, p 1, y 1");
  }

  @Test
  void prefersTheNewestVersionOfTheBestPinnedArchive() throws FormatException {
    String text = "x 1\nx 3; Suite: sid\nx 2\nx 4; Suite: banned";
    DebPolicy pinned =
        AMD64.withPin(item ->
            switch (item.origin().suite()) {
              case "sid" -> 100;
              case "banned" -> -1;
              default -> 500;
            });
    assertThat(picks(text, "x", pinned)).isEqualTo("x 2");
    assertThat(picks(text, "x/sid", pinned)).isEqualTo("x 3");
    assertThat(picks(text, "x (>= 3)", pinned)).isEqualTo("x 3");
    assertThat(picks(text, "x", AMD64)).isEqualTo("x 4");
  }

  @Test
  void takesAnOlderVersionWhenTheNewestDoesNotFit() throws FormatException {
    assertPicks("x 2; Depends: gone\nx 1", "x", "x 1");
    assertPicks("app 1; Depends: x (<< 2)\nx 2\nx 1", "app, x", "app 1, x 1");
  }

  @Test
  void aVirtualPackageIsProvidedByTheOneOfHighestPriorityThenByName() throws FormatException {
    String providers = "m 1; Provides: v\nz 1; Provides: v; Priority: important\nb 1; Provides: v";
    assertPicks(providers, "v", "z 1");
    assertPicks("app 1; Depends: v\nm 1; Provides: v\nb 1; Provides: v", "app", "app 1, b 1");
  }

  @Test
  void aRealPackageIsPreferredToOneThatProvidesIt() throws FormatException {
    assertPicks(
        "app 1; Depends: x\na 1; Provides: x; Priority: required\nx 1", "app", "app 1, x 1");
    assertPicks("a 1; Depends: b; Provides: x\nb 1\nx 1", "a, x", "a 1, b 1, x 1");
  }

  @Test
  void onlyVersionedProvidesSatisfyVersionedDependencies() throws FormatException {
    assertPicks(
        "app 1; Depends: v (>= 2)\na 9; Provides: v\nb 1; Provides: v (= 2)", "app", "app 1, b 1");
  }

  @Test
  void aPackageMayConflictWithWhatItProvidesItself() throws FormatException {
    String text = "a 1; Provides: v; Conflicts: v\nb 1; Provides: v; Conflicts: v";
    assertPicks(text, "a", "a 1");
    assertThat(message(text, "a, b"))
        .isEqualTo("a cannot be had: a 1 conflicts with b 1, wanted by b (t:1)");
  }

  @Test
  void anyNeedsAPackageThatAllowsIt() throws FormatException {
    assertPicks(
        "app 1; Depends: x:any | y:amd64\nx 1\ny 1; Architecture: all", "app", "app 1, y 1");
    assertPicks("app 1; Depends: x:any\nx 1; Multi-Arch: allowed", "app", "app 1, x 1");
    assertThat(message("app 1; Depends: x:arm64\nx 1", "app"))
        .isEqualTo("app cannot be had: app 1 needs x:arm64, of which there is none");
  }

  @Test
  void otherArchitecturesAreAsIfNotThere() throws FormatException {
    assertThat(message("x 1; Architecture: arm64\nxy 1", "x"))
        .isEqualTo("x: no package of this name (did you mean xy?)");
  }

  @Test
  void essentialPackagesComeUnasked() throws FormatException {
    String text =
        "app 1\nbash 1; Essential: yes; Pre-Depends: libc\nlibc 1\ninit 1; Priority: required";
    assertPicks(text, "app", "app 1, bash 1, libc 1");
    assertThat(picks(text, "app", AMD64.withPriorities(Set.of(Priority.REQUIRED))))
        .isEqualTo("app 1, bash 1, init 1, libc 1");
  }

  @Test
  void recommendationsAreTakenOnlyOnRequestAndOnlyIfTheyFit() throws FormatException {
    String text = "app 1; Recommends: r, bad, gone\nr 1; Depends: s\ns 1\nbad 1; Conflicts: app";
    assertPicks(text, "app", "app 1");
    assertThat(picks(text, "app", AMD64.withRecommendations())).isEqualTo("app 1, r 1, s 1");
  }

  @Test
  void wishesMayBeGlobsAndVersionsAndRefusals() throws FormatException {
    String text = "lib1 1\nlib2 1\nlib2 2\nlibx 1\nlib10 1\napp 1; Depends: lib1 | lib2";
    assertPicks(text, "lib?", "lib1 1, lib2 2, libx 1");
    assertPicks(text, "lib[0-9]*", "lib1 1, lib10 1, lib2 2");
    assertPicks(text, "lib[!0-9]", "libx 1");
    assertPicks(text, "lib2=1", "lib2 1");
    assertPicks(text, "lib2 << 2", "lib2 1");
    assertPicks(text, "app, -lib1", "app 1, lib2 2");
    assertThat(message(text, "lib2=3"))
        .isEqualTo(
            "lib2=3: no such version (there is 2 of Debian/trixie/main, 1 of Debian/trixie/main)");
    assertThat(message(text, "app, -lib*"))
        .startsWith(
            "app cannot be had: app 1 needs lib1 | lib2; lib1 1 is refused by -lib* (t:1);");
  }

  @Test
  void reportsAllUnknownWishesWithSuggestions() throws FormatException {
    assertThat(message("nginx 1\nnginx-core 1\nsudo 1", "ngnix, sudoo, a b"))
        .isEqualTo(
            """
            ngnix: no package of this name (did you mean nginx?)
            sudoo: no package of this name (did you mean sudo?)
            a b: not understood: damaged relationship: at byte 2: "a b": found 'b' (expected: ',' or '|' or the end)\
            """);
  }

  @Test
  void explainsAClashInOneSentence() throws FormatException {
    String text =
        """
        nginx 1.26-1; Depends: libssl3t64, zlib1g
        libssl3t64 3.5; Conflicts: libssl3
        zlib1g 1
        curl 8.1; Depends: libssl3
        libssl3 3.0.2
        less 1
        """;
    assertThat(message(text, "less, nginx >= 1.25, curl"))
        .isEqualTo(
            "nginx >= 1.25 cannot be had: nginx 1.26-1 needs libssl3t64, which conflicts with libssl3 3.0.2,"
                + " wanted by curl 8.1, wanted by curl (t:2)");
    assertThat(message(text, "curl, nginx"))
        .isEqualTo(
            "curl cannot be had: curl 8.1 needs libssl3; libssl3t64 3.5, wanted by nginx 1.26-1, wanted by nginx (t:1),"
                + " conflicts with libssl3 3.0.2");
  }

  @Test
  void explainsUnreadablePackagesAndSparesTheOthers() throws FormatException {
    assertThat(message("app 1; Depends: x [amd64]\ny 1", "app, y"))
        .startsWith(
            "app cannot be had: app 1 needs something unreadable, damaged relationship: at byte 2");
  }

  @Test
  void givesUpWithinItsBudget() throws FormatException {
    // Eight pigeons, seven holes: no short proof by learning alone.
    String text =
        IntStream.range(0, 9)
            .mapToObj(p ->
                "p"
                    + p
                    + " 1; Depends: "
                    + IntStream.range(0, 8)
                        .mapToObj(h -> "in" + p + "h" + h)
                        .collect(Collectors.joining(" | ")))
            .collect(Collectors.joining("\n"));
    String holes =
        IntStream.range(0, 72)
            .mapToObj(i ->
                "in%dh%d 1; Provides: h%d; Conflicts: h%d".formatted(i / 8, i % 8, i % 8, i % 8))
            .collect(Collectors.joining("\n"));
    DebUniverse universe = DebUniverse.of(TinyArchive.of(text + "\n" + holes), AMD64);
    List<Wish> wishes = IntStream.range(0, 9).mapToObj(p -> Wish.of("p" + p)).toList();
    assertThat(Solver.solve(universe, wishes, new Bounds(2000, 1000)))
        .isInstanceOf(Resolution.GaveUp.class);
  }

  private static void assertPicks(String archive, String wishes, String expected)
      throws FormatException {
    assertThat(picks(archive, wishes, AMD64)).isEqualTo(expected);
  }

  private static String picks(String archive, String wishes, DebPolicy policy)
      throws FormatException {
    return switch (solve(archive, wishes, policy)) {
      case Resolution.Solved<DebPackage> solved ->
          solved.picks().stream().map(DebUniverseTest::text).collect(Collectors.joining(", "));
      case Resolution.Unsolvable<DebPackage> unsolvable -> unsolvable.message();
      case Resolution.Misunderstood<DebPackage> misunderstood -> misunderstood.toString();
      case Resolution.GaveUp<DebPackage> gaveUp -> gaveUp.toString();
    };
  }

  private static String message(String archive, String wishes) throws FormatException {
    return switch (solve(archive, wishes, AMD64)) {
      case Resolution.Solved<DebPackage> solved -> solved.toString();
      case Resolution.Unsolvable<DebPackage> unsolvable -> unsolvable.message();
      case Resolution.Misunderstood<DebPackage> misunderstood ->
          misunderstood.wishes().stream()
              .map(Resolution.Unknown::message)
              .collect(Collectors.joining("\n"));
      case Resolution.GaveUp<DebPackage> gaveUp -> gaveUp.toString();
    };
  }

  private static Resolution<DebPackage> solve(String archive, String wishes, DebPolicy policy)
      throws FormatException {
    List<String> texts = Arrays.stream(wishes.split(",")).map(String::strip).toList();
    List<Wish> placed =
        IntStream.range(0, texts.size()).mapToObj(i -> new Wish(texts.get(i), "t:" + i)).toList();
    return Solver.solve(DebUniverse.of(TinyArchive.of(archive), policy), placed);
  }

  private static String text(Pick<DebPackage> pick) {
    return pick.name() + " " + pick.version();
  }
}
