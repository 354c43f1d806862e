package io.microvisor.packages.solver.deb;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.bytes.FormatException;
import io.microvisor.packages.deb.DebPackage;
import io.microvisor.packages.deb.DebVersion;
import io.microvisor.packages.deb.Relation;
import io.microvisor.packages.deb.Relations;
import io.microvisor.packages.solver.Pick;
import io.microvisor.packages.solver.Resolution;
import io.microvisor.packages.solver.Solver;
import io.microvisor.packages.solver.Wish;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Archives of up to eight packages, thousands of them, against trying every subset with rules written down anew.
final class BruteForceTest {
  private static final int ARCHIVES = 3000;
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
      Resolution<DebPackage> answer =
          Solver.solve(DebUniverse.of(packages, DebPolicy.of("amd64")), wishes);
      String what = i + ": " + wishes + " of\n" + text;
      switch (answer) {
        case Resolution.Solved<DebPackage> solved -> {
          solvable++;
          int picked = subset(packages, solved);
          assertThat(sound).as("sound: %s -> %s", what, solved).contains(picked);
          assertThat(sound)
              .as("minimal: %s -> %s", what, solved)
              .noneMatch(other -> other != picked && (other & ~picked) == 0);
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

  private static String archive(Random random) {
    List<String> lines = new ArrayList<>();
    int count = 2 + random.nextInt(7);
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
      field(random, "Conflicts", 20, false, line);
      field(random, "Breaks", 20, false, line);
      if (random.nextInt(100) < 25) {
        line.append("; Provides: v")
            .append(random.nextBoolean() ? "" : " (= " + (1 + random.nextInt(3)) + ")");
      }
      line.append(random.nextInt(12) == 0 ? "; Essential: yes" : "");
      line.append(random.nextInt(3) == 0 ? "; Multi-Arch: allowed" : "");
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
    String qualifier = random.nextInt(8) == 0 ? ":any" : "";
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

  private static List<Wish> wishes(Random random, List<DebPackage> packages) {
    return IntStream.rangeClosed(0, random.nextInt(3))
        .mapToObj(i -> new Wish(packages.get(random.nextInt(packages.size())).name(), "t:" + i))
        .toList();
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
    for (Wish wish : wishes) {
      if (members.stream().noneMatch(member -> member.name().equals(wish.text()))) {
        return false;
      }
    }
    for (DebPackage candidate : packages) {
      boolean newest =
          packages.stream()
              .filter(other -> other.name().equals(candidate.name()))
              .noneMatch(other -> other.version().compareTo(candidate.version()) > 0);
      if (newest
          && candidate.essential()
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
              && members.stream().filter(other -> other.name().equals(member.name())).count() == 1;
      if (!good) {
        return false;
      }
    }
    return true;
  }

  private static boolean holds(Relations relations, List<DebPackage> members) {
    return relations.clauses().stream()
        .allMatch(clause ->
            clause.stream()
                .anyMatch(relation -> members.stream().anyMatch(m -> satisfies(m, relation))));
  }

  private static boolean clashes(DebPackage member, Relations relations, List<DebPackage> members) {
    return relations.clauses().stream()
        .flatMap(List::stream)
        .anyMatch(relation ->
            members.stream()
                .anyMatch(other -> !other.equals(member) && satisfies(other, relation)));
  }

  private static boolean satisfies(DebPackage member, Relation relation) {
    if (relation.qualifier().equals("any")
        && member.multiArch() != io.microvisor.packages.deb.MultiArch.ALLOWED) {
      return false;
    }
    if (member.name().equals(relation.name()) && relation.versions().admit(member.version())) {
      return true;
    }
    for (List<Relation> clause : member.provides().clauses()) {
      if (clause.getFirst().name().equals(relation.name())) {
        switch (clause.getFirst().versions()) {
          case Relation.Versions.Every _ -> {
            if (relation.versions() instanceof Relation.Versions.Every) {
              return true;
            }
          }
          case Relation.Versions.Bounded(Relation.Operator _, DebVersion version) -> {
            if (relation.versions().admit(version)) {
              return true;
            }
          }
        }
      }
    }
    return false;
  }
}
