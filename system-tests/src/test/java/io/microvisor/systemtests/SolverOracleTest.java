package io.microvisor.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.packages.deb.DebPackage;
import io.microvisor.packages.repository.IndexFile;
import io.microvisor.packages.repository.Release;
import io.microvisor.packages.repository.RepositorySnapshot;
import io.microvisor.packages.solver.Resolution;
import io.microvisor.packages.solver.Solver;
import io.microvisor.packages.solver.Wish;
import io.microvisor.packages.solver.deb.DebPolicy;
import io.microvisor.packages.solver.deb.DebUniverse;
import io.microvisor.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// On the real archive, our solver takes the packages that apt takes, or it is known why not; and whatever it takes, apt
/// would take as it is.
class SolverOracleTest {
  private static final Pattern INSTALLED = Pattern.compile("^Inst (\\S+) \\((\\S+) ");

  /// What apt is given at a time: a run of tools has a time limit, and apt needs some seconds for each wish.
  private static final int BATCH = 24;

  private static final String APT =
      """
      apt() {
        apt-get -qq -o Dir::State=$PWD/state -o Dir::State::status=$PWD/status -o Dir::Cache=$PWD/cache \\
          -o Dir::Etc::sourcelist=$PWD/sources.list -o Dir::Etc::sourceparts=- -o APT::Sandbox::User=root \\
          -o APT::Architecture=amd64 -o APT::Get::AllowUnauthenticated=true \\
          -o Acquire::AllowInsecureRepositories=true -o Acquire::Languages=none "$@"
      }
      """;

  @TempDir Path folder;

  /// A question to apt, and the file with its answer.
  private record Question(Path answer, String options, String packages) {}

  @Test
  void aptTakesTheSamePackages() throws IOException, InterruptedException {
    compare(AptCase.few());
  }

  @Test
  @Tag("system")
  void aptTakesTheSamePackagesForManyMoreWishes() throws IOException, InterruptedException {
    assertThat(AptCase.all()).hasSizeGreaterThan(60);
    compare(AptCase.all());
  }

  private void compare(List<AptCase> cases) throws IOException, InterruptedException {
    Oracles oracles = Oracles.open();
    try (Archive archive = Archive.open()) {
      List<RepositorySnapshot> snapshots = archive.snapshots();
      prepare(oracles, archive.store(), snapshots);
      String essential = String.join(" ", essential(snapshots));
      List<Resolution<DebPackage>> ours = solve(snapshots, cases);

      List<Question> asked = new ArrayList<>();
      for (int i = 0; i < cases.size(); i++) {
        asked.add(
            new Question(
                folder.resolve(i + ".apt"),
                "-o APT::Install-Recommends=" + cases.get(i).recommends(),
                inWordsOfApt(cases.get(i).wishes()) + " " + essential));
      }
      ask(oracles, asked);
      // What apt chose itself needs no second opinion.
      List<Question> checks = new ArrayList<>();
      for (int i = 0; i < cases.size(); i++) {
        SortedSet<String> taken = taken(ours.get(i));
        if (!taken.isEmpty() && !taken.equals(answer(asked.get(i)))) {
          checks.add(
              new Question(
                  folder.resolve(i + ".check"),
                  "-o APT::Install-Recommends=false",
                  taken.stream()
                      .map(each -> each.replace(' ', '='))
                      .collect(Collectors.joining(" "))));
        }
      }
      ask(oracles, checks);

      List<String> wrong = new ArrayList<>();
      for (Question check : checks) {
        int i = Integer.parseInt(String.valueOf(check.answer().getFileName()).split("\\.", 2)[0]);
        if (!answer(check).equals(taken(ours.get(i)))) {
          wrong.add(cases.get(i).wishes() + ": apt would not take our choice as it is");
        }
      }
      for (int i = 0; i < cases.size(); i++) {
        difference(cases.get(i), taken(ours.get(i)), answer(asked.get(i))).ifPresent(wrong::add);
      }
      assertThat(wrong).isEmpty();
    }
  }

  /// What is wrong with a comparison, if anything.
  private static Optional<String> difference(
      AptCase asked, SortedSet<String> ours, SortedSet<String> theirs) {
    boolean expected =
        switch (asked.expected()) {
          case AptCase.Expected.Same _ -> !ours.isEmpty() && ours.equals(theirs);
          case AptCase.Expected.NeitherCan _ -> ours.isEmpty() && theirs.isEmpty();
          case AptCase.Expected.AptRefuses _ -> !ours.isEmpty() && theirs.isEmpty();
          case AptCase.Expected.Smaller _ ->
              !ours.isEmpty() && !theirs.isEmpty() && ours.size() <= theirs.size();
          case AptCase.Expected.OtherChoice _ -> !ours.isEmpty() && !theirs.isEmpty();
        };
    if (expected) {
      return Optional.empty();
    }
    SortedSet<String> more = new TreeSet<>(ours);
    more.removeAll(theirs);
    SortedSet<String> less = new TreeSet<>(theirs);
    less.removeAll(ours);
    return Optional.of(
        "%s (expected: %s): ours %d, only ours %s; apt's %d, only apt's %s"
            .formatted(asked.wishes(), asked.expected(), ours.size(), more, theirs.size(), less));
  }

  private void prepare(Oracles oracles, Store store, List<RepositorySnapshot> snapshots)
      throws IOException, InterruptedException {
    StringBuilder sources = new StringBuilder();
    for (int i = 0; i < snapshots.size(); i++) {
      index(store, snapshots.get(i), Files.createDirectory(folder.resolve("r" + i)));
      sources.append("deb [trusted=yes] file:%s/r%d ./\n".formatted(Oracles.WORK, i));
    }
    Files.writeString(folder.resolve("sources.list"), sources);
    oracles.succeed(
        folder,
        APT
            + "mkdir -p state/lists/partial cache/archives/partial\n: >status\napt update >update.log 2>&1\n");
  }

  /// Puts an archive's index, as it was downloaded, into a folder that apt reads.
  private static void index(Store store, RepositorySnapshot snapshot, Path into)
      throws IOException {
    Release release = snapshot.release();
    for (String suffix : List.of(".gz", ".xz")) {
      Optional<Path> downloaded =
          release
              .file("main/binary-amd64/Packages" + suffix)
              .map(IndexFile::digest)
              .flatMap(store.files()::path);
      if (downloaded.isPresent()) {
        Files.copy(downloaded.get(), into.resolve("Packages" + suffix));
        return;
      }
    }
    throw new IOException(snapshot.spec().suite() + ": its index is not in the store");
  }

  private static SortedSet<String> essential(List<RepositorySnapshot> snapshots) {
    SortedSet<String> names = new TreeSet<>();
    snapshots.stream()
        .flatMap(snapshot -> snapshot.packages().stream())
        .filter(DebPackage::essential)
        .forEach(each -> names.add(each.name()));
    return names;
  }

  private static List<Resolution<DebPackage>> solve(
      List<RepositorySnapshot> snapshots, List<AptCase> cases) {
    List<DebPackage> all =
        snapshots.stream().flatMap(snapshot -> snapshot.packages().stream()).toList();
    DebUniverse plain = DebUniverse.of(all, DebPolicy.of("amd64"));
    DebUniverse recommending = DebUniverse.of(all, DebPolicy.of("amd64").withRecommendations());
    return cases.stream()
        .map(each ->
            Solver.solve(
                each.recommends() ? recommending : plain,
                Stream.of(each.wishes().split(" ")).map(Wish::of).toList()))
        .toList();
  }

  /// To apt, `name-` is what `-name` is to us.
  private static String inWordsOfApt(String wishes) {
    return Stream.of(wishes.split(" "))
        .map(wish -> wish.startsWith("-") ? wish.substring(1) + "-" : wish)
        .collect(Collectors.joining(" "));
  }

  /// Asks apt, two questions at a time; an answer stays empty when apt refuses.
  private void ask(Oracles oracles, List<Question> questions)
      throws IOException, InterruptedException {
    for (int from = 0; from < questions.size(); from += BATCH) {
      List<Question> batch = questions.subList(from, Math.min(questions.size(), from + BATCH));
      StringBuilder script = new StringBuilder(APT);
      for (int half = 0; half < 2; half++) {
        script.append("(\n:\n");
        for (int i = half; i < batch.size(); i += 2) {
          Question question = batch.get(i);
          String file = String.valueOf(question.answer().getFileName());
          script.append(
              "apt %s -s install %s >%s.part 2>>apt.log && mv %s.part %s || : >%s\n"
                  .formatted(question.options(), question.packages(), file, file, file, file));
        }
        script.append(half == 0 ? ") &\n" : ")\nwait\n");
      }
      // Too long for a command line.
      Files.writeString(folder.resolve("ask.sh"), script);
      oracles.succeed(folder, "sh -eu ask.sh");
    }
  }

  private static SortedSet<String> taken(Resolution<DebPackage> resolution) {
    SortedSet<String> packages = new TreeSet<>();
    switch (resolution) {
      case Resolution.Solved<DebPackage> solved ->
          solved.picks().forEach(pick -> packages.add(pick.toString()));
      case Resolution.Unsolvable<DebPackage> _, Resolution.Misunderstood<DebPackage> _ -> {}
      case Resolution.GaveUp<DebPackage> gaveUp -> throw new AssertionError(gaveUp);
    }
    return packages;
  }

  private static SortedSet<String> answer(Question question) throws IOException {
    SortedSet<String> packages = new TreeSet<>();
    for (String line : Files.readAllLines(question.answer())) {
      Matcher matcher = INSTALLED.matcher(line);
      if (matcher.find()) {
        packages.add(matcher.group(1) + " " + matcher.group(2));
      }
    }
    return packages;
  }
}
