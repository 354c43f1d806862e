package io.microvisor.packages.solver;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// A disjunction of literals: `2 * variable` says the variable is true, `2 * variable + 1` that it is false. The first
/// two are watched by the search; `preference` keeps the order in which the positive ones are wanted.
final class Clause {
  final int[] literals;
  final int[] preference;
  // Exactly one of these: what the clause says, or what it was derived from.
  final @Nullable Rule rule;
  final List<Clause> from;
  // How far the search for another literal to watch got.
  int searched;
  // How many of the preferred literals are false for good.
  int refuted;

  private Clause(int[] literals, int[] preference, @Nullable Rule rule, List<Clause> from) {
    this.literals = literals;
    this.preference = preference;
    this.rule = rule;
    this.from = from;
  }

  static Clause of(Rule rule) {
    return switch (rule) {
      case Rule.Wished(Wish _, Requirement requirement) -> of(rule, requirement);
      case Rule.Always(Requirement requirement) -> of(rule, requirement);
      case Rule.Needs(int _, Requirement requirement) -> of(rule, requirement);
      case Rule.Banned(Wish _, String _, int other) -> of(rule, other);
      case Rule.Excludes(int _, String _, int other) -> of(rule, other);
      case Rule.Circle(List<Integer> members, List<Integer> outside) ->
          new Clause(
              IntStream.concat(
                      members.stream().mapToInt(member -> not(positive(member))),
                      outside.stream().mapToInt(Clause::positive))
                  .toArray(),
              NO_PREFERENCE,
              rule,
              List.of());
    };
  }

  static Clause learned(int[] literals, List<Clause> from) {
    return new Clause(literals, NO_PREFERENCE, null, List.copyOf(from));
  }

  private static final int[] NO_PREFERENCE = {};

  private static Clause of(Rule rule, Requirement requirement) {
    List<Integer> satisfiers = requirement.satisfiers();
    if (satisfiers.isEmpty() && rule.owner() != Rules.SYSTEM) {
      // That the system is not there adds nothing, but leaves two literals to watch.
      return of(rule, Rules.SYSTEM);
    }
    int[] preference = new int[satisfiers.size()];
    int[] literals = new int[satisfiers.size() + 1];
    literals[0] = not(positive(rule.owner()));
    for (int i = 0; i < preference.length; i++) {
      preference[i] = positive(satisfiers.get(i) + 1);
      literals[i + 1] = preference[i];
    }
    return new Clause(literals, preference, rule, List.of());
  }

  private static Clause of(Rule rule, int other) {
    return new Clause(
        new int[] {not(positive(rule.owner())), not(positive(other))},
        NO_PREFERENCE,
        rule,
        List.of());
  }

  /// What it requires, if it says that something is required.
  Optional<Requirement> requirement() {
    return rule == null ? Optional.empty() : Rules.requirement(rule);
  }

  static int positive(int variable) {
    return 2 * variable;
  }

  static int not(int literal) {
    return literal ^ 1;
  }

  static int variable(int literal) {
    return literal >> 1;
  }
}
