package io.microvisor.packages.solver;

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

  /// A candidate's exclusion of one other.
  record Excludes(int owner, String verb, int other) implements Rule {}
}
