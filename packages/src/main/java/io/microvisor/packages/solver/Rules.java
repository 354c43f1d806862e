package io.microvisor.packages.solver;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The rules by the variable that makes them matter. Variable 0 is the system as a whole, which is always true;
/// candidate `c` is variable `c + 1`.
interface Rules {
  /// The variable of the system as a whole.
  int SYSTEM = 0;

  /// How many variables there are.
  int variables();

  /// The rules a variable owns, but for those that [#exclusions] tells.
  List<Rule> of(int variable);

  /// What a variable excludes; itself, where it is among them, is not meant.
  List<Exclusion> exclusions(int variable);

  /// What a rule requires, if anything.
  static Optional<Requirement> requirement(Rule rule) {
    return switch (rule) {
      case Rule.Wished(Wish _, Requirement requirement) -> Optional.of(requirement);
      case Rule.Always(Requirement requirement) -> Optional.of(requirement);
      case Rule.Needs(int _, Requirement requirement) -> Optional.of(requirement);
      case Rule.Banned _, Rule.Excludes _, Rule.Circle _ -> Optional.empty();
    };
  }

  /// Whether all that satisfy a requirement are versions of one thing.
  boolean oneName(Requirement requirement);

  /// The rules of a universe under wishes; what was asked for once is kept.
  final class OfUniverse<P> implements Rules {
    /// A variable's rules and exclusions.
    private record Known(List<Rule> rules, List<Exclusion> exclusions) {}

    private final Universe<P> universe;
    private final Map<Integer, Known> known = new HashMap<>();

    OfUniverse(Universe<P> universe, List<Rule> system) {
      this.universe = universe;
      known.put(SYSTEM, new Known(system, List.of()));
    }

    /// The same universe under other wishes.
    OfUniverse<P> with(List<Rule> system) {
      OfUniverse<P> other = new OfUniverse<>(universe, List.of());
      other.known.putAll(known);
      other.known.put(SYSTEM, new Known(system, List.of()));
      return other;
    }

    /// Adds a rule that was found on the way.
    void forbid(Rule.Circle circle) {
      Known before = known(circle.owner());
      List<Rule> more = new ArrayList<>(before.rules());
      more.add(circle);
      known.put(circle.owner(), new Known(more, before.exclusions()));
    }

    @Override
    public int variables() {
      return universe.size() + 1;
    }

    @Override
    public List<Rule> of(int variable) {
      return known(variable).rules();
    }

    @Override
    public List<Exclusion> exclusions(int variable) {
      return known(variable).exclusions();
    }

    private Known known(int variable) {
      Known found = known.get(variable);
      if (found == null) {
        found = read(variable);
        known.put(variable, found);
      }
      return found;
    }

    private Known read(int variable) {
      Terms terms = universe.terms(variable - 1);
      List<Rule> rules = new ArrayList<>(terms.requirements().size());
      for (Requirement requirement : terms.requirements()) {
        if (!requirement.satisfiers().contains(variable - 1)) {
          rules.add(new Rule.Needs(variable, requirement));
        }
      }
      return new Known(rules, terms.exclusions());
    }

    @Override
    public boolean oneName(Requirement requirement) {
      List<Integer> satisfiers = requirement.satisfiers();
      for (int i = 1; i < satisfiers.size(); i++) {
        if (!universe.name(satisfiers.get(i)).equals(universe.name(satisfiers.getFirst()))) {
          return false;
        }
      }
      return true;
    }
  }

  /// A few rules taken out of many.
  record Some(int variables, Map<Integer, List<Rule>> byOwner) implements Rules {
    @Override
    public List<Rule> of(int variable) {
      return byOwner.getOrDefault(variable, List.of());
    }

    @Override
    public List<Exclusion> exclusions(int variable) {
      return List.of();
    }

    @Override
    public boolean oneName(Requirement requirement) {
      return false;
    }
  }
}
