package io.microvisor.packages.solver.deb;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.bytes.FormatException;
import io.microvisor.packages.deb.DebPackage;
import io.microvisor.packages.deb.DebVersion;
import io.microvisor.packages.deb.MultiArch;
import io.microvisor.packages.deb.Relation;
import io.microvisor.packages.deb.Relations;
import io.microvisor.packages.solver.Pick;
import io.microvisor.packages.solver.Reasons;
import io.microvisor.packages.solver.Resolution;
import io.microvisor.packages.solver.Solver;
import io.microvisor.packages.solver.Wish;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Archives of up to eight packages, thousands of them, against trying every subset with rules written down anew: those
/// of Debian Policy 7 and of dpkg for versions, virtual packages and architectures.
final class BruteForceTest {
  private static final int ARCHIVES = 3000;
  private static final DebPolicy POLICY =
      DebPolicy.of("amd64").withPin(item -> item.origin().suite().equals("banned") ? -1 : 500);
  private static final String[] NAMES = {"a", "b", "c", "d", "e", "v"};

  @Test
  void findsAnAnswerExactlyWhenThereIsOneAndAMinimalOne() throws FormatException {
    Random random = new Random(20260101);
    int solvable = 0;
    int unsolvable = 0;
    for (int i = 0; i < ARCHIVES; i++) {
      String text = archive(random);
      List<DebPackage> packages = TinyArchive.of(text);
      List<Wish> wishes = wishes(random, packages);
      List<Integer> sound = sound(packages, wishes);
      Resolution<DebPackage> answer = Solver.solve(DebUniverse.of(packages, POLICY), wishes);
      String what = i + ": " + wishes + " of\n" + text;
      switch (answer) {
        case Resolution.Solved<DebPackage> solved -> {
          solvable++;
          int picked = subset(packages, solved);
          assertThat(sound).as("sound: %s -> %s", what, solved).contains(picked);
          assertThat(sound)
              .as("minimal: %s -> %s", what, solved)
              .noneMatch(other -> other != picked && (other & ~picked) == 0);
          assertEveryoneHasAReason(solved, wishes, POLICY, what);
        }
        case Resolution.Unsolvable<DebPackage> reasons -> {
          unsolvable++;
          assertThat(sound).as("unsolvable: %s", what).isEmpty();
          assertThat(sound(packages, reasons.wishes())).as(what).isEmpty();
          for (Wish wish : reasons.wishes()) {
            List<Wish> others = new ArrayList<>(reasons.wishes());
            others.remove(wish);
            if (!others.isEmpty()) {
              assertThat(sound(packages, others)).as("without %s: %s", wish, what).isNotEmpty();
            }
          }
          assertThat(reasons.chain()).as(what).isNotEmpty();
          assertThat(reasons.message()).contains("cannot be had: ");
        }
        case Resolution.Misunderstood<DebPackage> m -> assertThat(m).as(what).isNull();
        case Resolution.GaveUp<DebPackage> g -> assertThat(g).as(what).isNull();
      }
    }
    assertThat(solvable).isGreaterThan(ARCHIVES / 4);
    assertThat(unsolvable).isGreaterThan(ARCHIVES / 10);
  }

  @Test
  void takesWhatIsRecommendedWhereverItFitsAndNeverAtTheCostOfANeed() throws FormatException {
    Random random = new Random(20260202);
    int withMore = 0;
    for (int i = 0; i < ARCHIVES / 3; i++) {
      String text = archive(random);
      List<DebPackage> packages = TinyArchive.of(text);
      List<Wish> wishes = wishes(random, packages);
      DebPolicy policy = POLICY.withRecommendations();
      List<Integer> sound = sound(packages, wishes);
      String what = i + ": " + wishes + " of\n" + text;
      if (Solver.solve(DebUniverse.of(packages, policy), wishes)
          instanceof Resolution.Solved<DebPackage> solved) {
        int picked = subset(packages, solved);
        assertThat(sound).as("sound: %s -> %s", what, solved).contains(picked);
        assertEveryoneHasAReason(solved, wishes, policy, what);
        int kept = recommended(packages, picked);
        assertThat(sound)
            .as("nothing recommended could be added: %s -> %s", what, solved)
            .noneMatch(other ->
                (picked & ~other) == 0 && satisfies(packages, other, unmet(packages, picked)));
        withMore += kept;
      } else {
        assertThat(sound).as("a recommendation never makes it unsolvable: %s", what).isEmpty();
      }
    }
    assertThat(withMore).isGreaterThan(ARCHIVES / 60);
  }

  @Test
  void neitherTheOrderOfTheIndexNorThatOfTheWishesMatters() throws FormatException {
    Random random = new Random(20260303);
    for (int i = 0; i < ARCHIVES / 3; i++) {
      String text = archive(random);
      List<DebPackage> packages = TinyArchive.of(text);
      List<Wish> wishes = wishes(random, packages);
      DebPolicy policy = random.nextBoolean() ? POLICY : POLICY.withRecommendations();
      List<DebPackage> shuffled = new ArrayList<>(packages);
      Collections.shuffle(shuffled, random);
      List<Wish> turned = new ArrayList<>(wishes);
      Collections.shuffle(turned, random);
      assertThat(names(Solver.solve(DebUniverse.of(shuffled, policy), turned)))
          .as("%d: %s, %s of\n%s", i, wishes, turned, text)
          .isEqualTo(names(Solver.solve(DebUniverse.of(packages, policy), wishes)));
    }
  }

  @Test
  void whatIsWishedForBesidesMovesNothingThatHasNoTieWithIt() throws FormatException {
    Random random = new Random(20260404);
    int compared = 0;
    for (int i = 0; i < ARCHIVES / 3; i++) {
      String here = archive(random);
      String there = archive(random).replaceAll("\\b([a-ev])\\b", "z$1");
      DebPolicy policy = random.nextBoolean() ? POLICY : POLICY.withRecommendations();
      List<Wish> wishes = wishes(random, TinyArchive.of(here));
      List<Wish> others = wishes(random, TinyArchive.of(there));
      if (Solver.solve(DebUniverse.of(TinyArchive.of(here), policy), wishes)
              instanceof Resolution.Solved<DebPackage> alone
          && Solver.solve(DebUniverse.of(TinyArchive.of(there), policy), others)
              instanceof Resolution.Solved<DebPackage> besides) {
        compared++;
        List<String> expected = new ArrayList<>(names(alone));
        expected.addAll(names(besides));
        List<Wish> both = new ArrayList<>(others);
        both.addAll(wishes);
        assertThat(
                names(
                    Solver.solve(
                        DebUniverse.of(TinyArchive.of(here + "\n" + there), policy), both)))
            .as("%d: %s of\n%s\n%s", i, both, here, there)
            .containsExactlyInAnyOrderElementsOf(expected);
      }
    }
    assertThat(compared).isGreaterThan(ARCHIVES / 20);
  }

  private static List<String> names(Resolution<DebPackage> resolution) {
    return switch (resolution) {
      case Resolution.Solved<DebPackage> solved ->
          solved.picks().stream().map(Pick::toString).toList();
      case Resolution.Unsolvable<DebPackage> _ -> List.of("unsolvable");
      case Resolution.Misunderstood<DebPackage> _ -> List.of("misunderstood");
      case Resolution.GaveUp<DebPackage> _ -> List.of("gave up");
    };
  }

  private static void assertEveryoneHasAReason(
      Resolution.Solved<DebPackage> solved, List<Wish> wishes, DebPolicy policy, String what) {
    List<DebPackage> chosen = solved.picks().stream().map(Pick::item).toList();
    Reasons<DebPackage> reasons = Reasons.of(DebUniverse.chosen(chosen, policy), wishes);
    for (Pick<DebPackage> pick : solved.picks()) {
      assertThat(reasons.chains(pick.name())).as("%s in %s", pick, what).isNotEmpty();
    }
  }

  /// The recommendations of members that hold.
  private static int recommended(List<DebPackage> packages, int subset) {
    List<DebPackage> members = members(packages, subset);
    return (int)
        members.stream()
            .flatMap(member -> member.recommends().clauses().stream())
            .filter(clause -> holds(clause, members))
            .count();
  }

  private static List<List<Relation>> unmet(List<DebPackage> packages, int subset) {
    List<DebPackage> members = members(packages, subset);
    return members.stream()
        .flatMap(member -> member.recommends().clauses().stream())
        .filter(clause -> !holds(clause, members))
        .toList();
  }

  private static boolean satisfies(
      List<DebPackage> packages, int subset, List<List<Relation>> unmet) {
    List<DebPackage> members = members(packages, subset);
    return unmet.stream().anyMatch(clause -> holds(clause, members));
  }

  private static String archive(Random random) {
    List<String> lines = new ArrayList<>();
    int count = 2 + random.nextInt(7);
    // What is essential is so in every version.
    String essential = random.nextInt(3) == 0 ? NAMES[random.nextInt(NAMES.length - 1)] : "";
    for (int i = 0; i < count; i++) {
      String name = NAMES[random.nextInt(NAMES.length - 1)];
      int version = 1 + random.nextInt(3);
      String head = name + " " + version;
      if (lines.stream().anyMatch(line -> line.startsWith(head))) {
        continue;
      }
      StringBuilder line = new StringBuilder(head);
      field(random, "Pre-Depends", 15, true, line);
      field(random, "Depends", 65, true, line);
      field(random, "Recommends", 25, true, line);
      field(random, "Conflicts", 20, false, line);
      field(random, "Breaks", 20, false, line);
      if (random.nextInt(100) < 25) {
        line.append("; Provides: ").append(random.nextInt(4) > 0 ? "v" : "a");
        line.append(random.nextInt(8) > 0 ? "" : random.nextBoolean() ? ":any" : ":arm64");
        line.append(random.nextBoolean() ? "" : " (= " + (1 + random.nextInt(3)) + ")");
      }
      line.append(name.equals(essential) ? "; Essential: yes" : "");
      String[] multiArch = {"allowed", "foreign", "same", "no"};
      line.append(random.nextInt(2) == 0 ? "; Multi-Arch: " + multiArch[random.nextInt(4)] : "");
      line.append(random.nextInt(10) == 0 ? "; Suite: banned" : "");
      line.append(random.nextInt(3) == 0 ? "; Architecture: all" : "");
      lines.add(line.toString());
    }
    return String.join("\n", lines);
  }

  private static void field(
      Random random, String name, int percent, boolean alternatives, StringBuilder into) {
    if (random.nextInt(100) >= percent) {
      return;
    }
    into.append("; ").append(name).append(": ").append(relation(random));
    while (random.nextInt(3) == 0) {
      into.append(alternatives && random.nextBoolean() ? " | " : ", ").append(relation(random));
    }
  }

  private static String relation(Random random) {
    String name = NAMES[random.nextInt(NAMES.length)];
    String[] qualifiers = {":any", ":any", ":amd64", ":arm64", ":native"};
    String qualifier = random.nextInt(7) == 0 ? qualifiers[random.nextInt(5)] : "";
    String[] operators = {"<<", "<=", "=", ">=", ">>"};
    return random.nextInt(3) > 0
        ? name + qualifier
        : name
            + qualifier
            + " ("
            + operators[random.nextInt(5)]
            + " "
            + (1 + random.nextInt(3))
            + ")";
  }

  /// A name, sometimes with a version, or that something be absent; never what cannot be said of the archive.
  private static List<Wish> wishes(Random random, List<DebPackage> packages) {
    List<DebPackage> allowed =
        packages.stream().filter(each -> !each.origin().suite().equals("banned")).toList();
    List<Wish> wishes = new ArrayList<>();
    for (int i = random.nextInt(3); i >= 0 && !allowed.isEmpty(); i--) {
      DebPackage any = allowed.get(random.nextInt(allowed.size()));
      String text =
          switch (random.nextInt(8)) {
            case 0 -> any.name() + "=" + any.version();
            case 1 -> any.name() + " (>= " + any.version() + ")";
            case 2 -> "-" + any.name();
            default -> any.name();
          };
      wishes.add(new Wish(text, "t:" + i));
    }
    return wishes;
  }

  private static int subset(List<DebPackage> packages, Resolution.Solved<DebPackage> solved) {
    return solved.picks().stream()
        .map(Pick::item)
        .mapToInt(item -> 1 << packages.indexOf(item))
        .sum();
  }

  private static List<Integer> sound(List<DebPackage> packages, List<Wish> wishes) {
    return IntStream.range(0, 1 << packages.size())
        .filter(subset -> sound(packages, members(packages, subset), wishes))
        .boxed()
        .collect(Collectors.toList());
  }

  private static List<DebPackage> members(List<DebPackage> packages, int subset) {
    return IntStream.range(0, packages.size())
        .filter(i -> (subset >> i & 1) != 0)
        .mapToObj(packages::get)
        .toList();
  }

  private static boolean sound(
      List<DebPackage> packages, List<DebPackage> members, List<Wish> wishes) {
    if (!wishes.stream().allMatch(wish -> holds(wish.text(), members))) {
      return false;
    }
    for (DebPackage candidate : packages) {
      boolean newest =
          packages.stream()
              .filter(other -> other.name().equals(candidate.name()))
              .filter(other -> !other.origin().suite().equals("banned"))
              .noneMatch(other -> other.version().compareTo(candidate.version()) > 0);
      if (newest
          && candidate.essential()
          && !candidate.origin().suite().equals("banned")
          && members.stream().noneMatch(member -> member.name().equals(candidate.name()))) {
        return false;
      }
    }
    for (DebPackage member : members) {
      boolean good =
          holds(member.preDepends(), members)
              && holds(member.depends(), members)
              && !clashes(member, member.conflicts(), members)
              && !clashes(member, member.breaks(), members)
              && !member.origin().suite().equals("banned")
              && members.stream().filter(other -> other.name().equals(member.name())).count() == 1;
      if (!good) {
        return false;
      }
    }
    return canBeSetUp(members);
  }

  /// As dpkg goes about it: what is needed first is configured before one is unpacked, and nobody is configured without
  /// what it needs; those who need nothing but each other are configured together.
  private static boolean canBeSetUp(List<DebPackage> members) {
    List<DebPackage> configured = new ArrayList<>();
    while (configured.size() < members.size()) {
      List<DebPackage> next = new ArrayList<>();
      for (DebPackage member : members) {
        List<DebPackage> before = new ArrayList<>(configured);
        before.add(member);
        if (holds(member.preDepends(), before)) {
          next.add(member);
        }
      }
      while (next.removeIf(
          member -> !holds(member.depends(), next) || !holds(member.preDepends(), next))) {
        // Whoever is left may have needed who is gone.
      }
      if (next.size() == configured.size()) {
        return false;
      }
      configured = next;
    }
    return true;
  }

  private static boolean holds(String wish, List<DebPackage> members) {
    if (wish.startsWith("-")) {
      return members.stream().noneMatch(member -> member.name().equals(wish.substring(1)));
    }
    String[] parts = wish.split("[ =()>]+", -1);
    return members.stream()
        .filter(member -> member.name().equals(parts[0]))
        .anyMatch(member ->
            parts.length == 1
                || member.version().toString().equals(parts[1])
                || wish.contains(">=") && member.version().toString().compareTo(parts[1]) > 0);
  }

  private static boolean holds(Relations relations, List<DebPackage> members) {
    return relations.clauses().stream().allMatch(clause -> holds(clause, members));
  }

  private static boolean holds(List<Relation> clause, List<DebPackage> members) {
    return clause.stream()
        .anyMatch(relation -> members.stream().anyMatch(m -> satisfies(m, relation)));
  }

  private static boolean clashes(DebPackage member, Relations relations, List<DebPackage> members) {
    return relations.clauses().stream()
        .flatMap(List::stream)
        // To a conflict, any architecture is every architecture.
        .map(relation ->
            relation.qualifier().equals("any")
                ? new Relation(relation.name(), "", relation.versions())
                : relation)
        .anyMatch(relation ->
            members.stream()
                .anyMatch(other -> !other.equals(member) && satisfies(other, relation)));
  }

  private static boolean satisfies(DebPackage member, Relation relation) {
    boolean asksAny = relation.qualifier().equals("any");
    if (relation.qualifier().equals("arm64")) {
      return false;
    }
    boolean allowed = member.multiArch() == MultiArch.ALLOWED;
    if (member.name().equals(relation.name())
        && (!asksAny || allowed)
        && relation.versions().admit(member.version())) {
      return true;
    }
    for (List<Relation> clause : member.provides().clauses()) {
      Relation provided = clause.getFirst();
      boolean answers =
          switch (provided.qualifier()) {
            case "" -> !asksAny || allowed;
            case "any" -> asksAny;
            default -> false;
          };
      boolean inVersion =
          switch (provided.versions()) {
            case Relation.Versions.Every _ ->
                relation.versions() instanceof Relation.Versions.Every;
            case Relation.Versions.Bounded(Relation.Operator _, DebVersion version) ->
                relation.versions().admit(version);
          };
      if (provided.name().equals(relation.name()) && answers && inVersion) {
        return true;
      }
    }
    return false;
  }
}
