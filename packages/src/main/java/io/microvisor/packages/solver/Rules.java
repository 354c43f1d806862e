package io.microvisor.packages.solver;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The rules by the variable that makes them matter. Variable 0 is the system as a whole, which is always true;
/// candidate `c` is variable `c + 1`.
interface Rules {
  /// The variable of the system as a whole.
  int SYSTEM = 0;

  /// How many variables there are.
  int variables();

  /// The rules a variable owns.
  List<Rule> of(int variable);

  /// Whether all that satisfy a requirement are versions of one thing.
  boolean oneName(Requirement requirement);

  /// The rules of a universe under wishes; what was asked for once is kept.
  final class OfUniverse<P> implements Rules {
    private final Universe<P> universe;
    private final Map<Integer, List<Rule>> known = new HashMap<>();

    OfUniverse(Universe<P> universe, List<Rule> system) {
      this.universe = universe;
      known.put(SYSTEM, system);
    }

    /// The same universe under other wishes.
    OfUniverse<P> with(List<Rule> system) {
      OfUniverse<P> other = new OfUniverse<>(universe, system);
      other.known.putAll(known);
      other.known.put(SYSTEM, system);
      return other;
    }

    @Override
    public int variables() {
      return universe.size() + 1;
    }

    @Override
    public List<Rule> of(int variable) {
      List<Rule> rules = known.get(variable);
      if (rules == null) {
        rules = read(variable);
        known.put(variable, rules);
      }
      return rules;
    }

    private List<Rule> read(int variable) {
      Terms terms = universe.terms(variable - 1);
      List<Rule> rules = new ArrayList<>(terms.requirements().size() + terms.exclusions().size());
      for (Exclusion exclusion : terms.exclusions()) {
        for (int other : exclusion.others()) {
          if (other + 1 != variable) {
            rules.add(new Rule.Excludes(variable, exclusion.verb(), other + 1));
          }
        }
      }
      for (Requirement requirement : terms.requirements()) {
        if (!requirement.satisfiers().contains(variable - 1)) {
          rules.add(new Rule.Needs(variable, requirement));
        }
      }
      return rules;
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
    public boolean oneName(Requirement requirement) {
      return false;
    }
  }
}
