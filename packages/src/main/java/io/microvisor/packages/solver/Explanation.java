package io.microvisor.packages.solver;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Puts a minimal contradiction into words: from the first wish down to where it clashes with what others want.
final class Explanation<P> {
  /// Beyond so many rules only the beginning is told.
  private static final int TELLABLE = 2000;

  private static final int BEGINNING = 12;

  /// How many links at either end of a long chain one line of words can hold.
  private static final int ENDS = 6;

  private final Universe<P> universe;
  private final List<Rule> core;
  private final int most;
  private final Set<Rule> said = new HashSet<>();
  private final Set<Integer> visited = new HashSet<>();
  private final Set<Integer> told = new HashSet<>();
  private final Set<String> sentences = new HashSet<>();
  private final List<Reason> chain = new ArrayList<>();
  // What is still to be told, the next first.
  private final Deque<Runnable> steps = new ArrayDeque<>();

  private Explanation(Universe<P> universe, List<Rule> core) {
    this.universe = universe;
    this.core = core;
    this.most = core.size() > TELLABLE ? BEGINNING : TELLABLE;
  }

  static <P> Resolution<P> of(Universe<P> universe, List<Wish> wishes, List<Rule> core) {
    return new Explanation<>(universe, core).resolution(wishes);
  }

  private Resolution<P> resolution(List<Wish> all) {
    Set<Wish> inCore = new HashSet<>();
    core.forEach(rule -> Core.wish(rule).ifPresent(inCore::add));
    List<Wish> wishes = new LinkedHashSet<>(all).stream().filter(inCore::contains).toList();
    for (Wish wish : wishes) {
      for (Rule rule : core) {
        if (rule instanceof Rule.Wished wished && wished.wish().equals(wish) && said.add(rule)) {
          start(wish.equals(wishes.getFirst()) ? "" : wish + " is wanted", wished.requirement());
        }
      }
    }
    for (Rule rule : core) {
      if (rule instanceof Rule.Always(Requirement requirement) && said.add(rule)) {
        start("the system " + requirement.verb() + " " + requirement.text(), requirement);
      }
    }
    String subject = wishes.isEmpty() ? "a system" : wishes.getFirst().text();
    return new Resolution.Unsolvable<>(wishes, chain, subject + " cannot be had: " + joined());
  }

  private void start(String sentence, Requirement requirement) {
    if (requirement.satisfiers().isEmpty()) {
      say(
          "nothing is " + requirement.text(),
          new Reason("", "nothing is " + requirement.text(), ""));
    } else if (!sentence.isEmpty() || !provider(requirement).isEmpty()) {
      String text =
          sentence.isEmpty()
              ? requirement.text() + " is" + provider(requirement).substring(1)
              : sentence + provider(requirement);
      say(text, new Reason("", text, label(requirement)));
    }
    walkNext(requirement);
    for (Runnable step = steps.poll(); step != null; step = steps.poll()) {
      step.run();
    }
  }

  /// Walks to what satisfies a requirement before anything else: deep, but not on the stack of calls, which chains of a
  /// thousand packages overflow.
  private void walkNext(Requirement requirement) {
    List<Runnable> next = new ArrayList<>();
    requirement.satisfiers().forEach(candidate -> next.add(() -> walk(candidate + 1)));
    next.reversed().forEach(steps::push);
  }

  private void walk(int variable) {
    if (chain.size() >= most || visited.size() > TELLABLE || !visited.add(variable)) {
      return;
    }
    steps.push(() -> tellOthers(variable));
    for (Rule rule : core.reversed()) {
      if (rule.owner() == variable) {
        steps.push(() -> tellOwn(variable, rule));
      }
    }
  }

  private void tellOwn(int variable, Rule rule) {
    if (said.contains(rule)) {
      return;
    }
    switch (rule) {
      case Rule.Needs needs -> {
        Requirement requirement = needs.requirement();
        said.add(rule);
        boolean none = requirement.satisfiers().isEmpty();
        say(
            key(needs),
            new Reason(
                label(variable),
                requirement.verb()
                    + " "
                    + requirement.text()
                    + (none
                        ? ", of which there is none" + unusable(requirement)
                        : provider(requirement)),
                none ? "" : label(requirement)));
        walkNext(requirement);
      }
      case Rule.Excludes excludes -> {
        int other = excludes.other();
        said.add(rule);
        say(
            key(excludes),
            new Reason(
                label(variable), excludes.verb() + " " + label(other) + wantedBy(other), ""));
      }
      case Rule.Circle(List<Integer> members, List<Integer> _) -> {
        said.add(rule);
        List<String> others =
            members.stream().filter(member -> member != variable).map(this::label).toList();
        String whom =
            others.size() > BEGINNING
                ? String.join(", ", others.subList(0, BEGINNING)) + " and more"
                : String.join(" and ", others);
        say(
            name(variable) + " waits for " + others,
            new Reason(
                label(variable),
                "and "
                    + whom
                    + " wait for each other: by Pre-Depends, none can be set up before the rest",
                ""));
      }
      case Rule.Wished _, Rule.Always _, Rule.Banned _ -> {}
    }
  }

  /// What others have against a candidate.
  private void tellOthers(int variable) {
    for (Rule rule : core) {
      switch (rule) {
        case Rule.Excludes excludes
            when excludes.other() == variable
                && name(variable).equals(name(excludes.owner()))
                && said.add(rule) ->
            // Versions of one thing exclude each other: told from where we are.
            say(
                key(excludes),
                new Reason(
                    label(variable),
                    excludes.verb() + " " + label(excludes.owner()) + wantedBy(excludes.owner()),
                    ""));
        case Rule.Excludes excludes when excludes.other() == variable && said.add(rule) -> {
          String wanted = wantedBy(excludes.owner());
          say(
              key(excludes),
              new Reason(
                  label(excludes.owner()) + wanted + (wanted.isEmpty() ? "" : ","),
                  excludes.verb() + " " + label(variable),
                  ""));
        }
        case Rule.Banned(Wish wish, String verb, int other)
            when other == variable && said.add(rule) ->
            say(
                name(variable) + " " + verb + " " + wish,
                new Reason(label(variable), verb + " " + wish, ""));
        case Rule.Excludes _,
            Rule.Banned _,
            Rule.Wished _,
            Rule.Always _,
            Rule.Needs _,
            Rule.Circle _ -> {}
      }
    }
  }

  /// `, wanted by curl 8.1, wanted by app (edge.yaml:10:5)`: up to the wish; nothing if that was told before.
  private String wantedBy(int variable) {
    if (!told.add(variable)) {
      return "";
    }
    StringBuilder path = new StringBuilder();
    Set<Integer> passed = new HashSet<>();
    int at = variable;
    while (passed.size() < most && passed.add(at) && !visited.contains(at)) {
      Optional<Rule> wanting = wanting(at);
      if (wanting.isEmpty()) {
        break;
      }
      Rule rule = wanting.get();
      switch (rule) {
        case Rule.Wished(Wish wish, Requirement _) -> path.append(", wanted by ").append(wish);
        case Rule.Always(Requirement requirement) ->
            path.append(", which the system ").append(requirement.verb());
        case Rule.Needs(int owner, Requirement _) ->
            path.append(", wanted by ").append(label(owner));
        case Rule.Banned _, Rule.Excludes _, Rule.Circle _ -> {}
      }
      if (oneName(rule)) {
        said.add(rule);
      }
      at = rule.owner();
    }
    return path.toString();
  }

  private Optional<Rule> wanting(int variable) {
    return core.stream()
        .filter(rule ->
            Rules.requirement(rule).filter(r -> r.satisfiers().contains(variable - 1)).isPresent())
        .findFirst();
  }

  private boolean oneName(Rule rule) {
    return Rules.requirement(rule).stream()
            .flatMap(requirement -> requirement.satisfiers().stream())
            .map(universe::name)
            .distinct()
            .count()
        == 1;
  }

  /// Says it, unless the same was said of other versions.
  ///
  /// @param key the sentence without versions
  private void say(String key, Reason reason) {
    if (sentences.add(key)) {
      chain.add(reason);
    }
  }

  private String unusable(Requirement requirement) {
    String what = universe.unusable(requirement);
    return what.isEmpty() ? "" : " (left out: " + what + ")";
  }

  private String key(Rule.Excludes rule) {
    return name(rule.owner()) + " " + rule.verb() + " " + name(rule.other());
  }

  private String key(Rule.Needs rule) {
    Requirement requirement = rule.requirement();
    String whom =
        requirement.satisfiers().isEmpty()
            ? requirement.text()
            : requirement.satisfiers().stream().map(universe::name).distinct().toList().toString();
    return name(rule.owner()) + " " + requirement.verb() + " " + whom;
  }

  private String name(int variable) {
    return universe.name(variable - 1);
  }

  private String joined() {
    StringBuilder text = new StringBuilder();
    String object = "";
    for (int i = 0; i < chain.size(); i++) {
      Reason reason = chain.get(i);
      if (i == ENDS && chain.size() > 2 * ENDS + 1) {
        i = chain.size() - ENDS - 1;
        text.append("; ... (").append(i + 1 - ENDS).append(" more)");
        object = "";
        continue;
      }
      if (text.isEmpty()) {
        text.append(reason);
      } else if (!object.isEmpty() && object.equals(reason.subject())) {
        text.append(", which ").append(reason.text());
      } else {
        text.append("; ").append(reason);
      }
      object = reason.object();
    }
    return text.toString();
  }

  private String label(int variable) {
    return variable == Rules.SYSTEM
        ? "the system"
        : universe.name(variable - 1) + " " + universe.version(variable - 1);
  }

  /// `, provided by x 1`, when only one thing satisfies a requirement, and not by its own name.
  private String provider(Requirement requirement) {
    String label = label(requirement);
    return label.isEmpty()
            || universe
                .nameIn(requirement, requirement.satisfiers().getFirst())
                .equals(universe.name(requirement.satisfiers().getFirst()))
        ? ""
        : ", provided by " + label;
  }

  /// The candidate a requirement leads to, when all are versions of one thing: the best.
  private String label(Requirement requirement) {
    List<Integer> satisfiers = requirement.satisfiers();
    return satisfiers.stream().map(universe::name).distinct().count() == 1
        ? label(satisfiers.getFirst() + 1)
        : "";
  }
}
