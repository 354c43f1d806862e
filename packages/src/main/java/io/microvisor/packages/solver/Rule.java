package io.microvisor.packages.solver;

import java.util.List;

/// A clause nobody derived: where it comes from, for explanations. Owner and other are variables of the search.
sealed interface Rule {
  /// The variable that makes the rule matter.
  int owner();

  /// A wish, the owner being the system as a whole.
  record Wished(Wish wish, Requirement requirement) implements Rule {
    @Override
    public int owner() {
      return Rules.SYSTEM;
    }
  }

  /// What every system has.
  record Always(Requirement requirement) implements Rule {
    @Override
    public int owner() {
      return Rules.SYSTEM;
    }
  }

  /// A wish that something be absent.
  record Banned(Wish wish, String verb, int other) implements Rule {
    @Override
    public int owner() {
      return Rules.SYSTEM;
    }
  }

  /// A candidate's requirement.
  record Needs(int owner, Requirement requirement) implements Rule {}

  /// That some variables wait for each other and so cannot all be set up, unless one from outside helps.
  ///
  /// @param members two or more
  /// @param outside who could break the circle
  record Circle(List<Integer> members, List<Integer> outside) implements Rule {
    /// Keeps its own copies.
    public Circle {
      members = List.copyOf(members);
      outside = List.copyOf(outside);
    }

    @Override
    public int owner() {
      return members.getFirst();
    }
  }

  /// A candidate's exclusion of one other.
  record Excludes(int owner, String verb, int other) implements Rule {}
}
