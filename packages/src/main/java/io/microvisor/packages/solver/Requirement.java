package io.microvisor.packages.solver;

import java.util.List;

/// That one of some candidates must be taken.
///
/// @param strength whether it may be left unsatisfied
/// @param verb what the one who requires does, such as `needs`
/// @param text what is required, in the universe's language
/// @param satisfiers the candidates that satisfy it, best first; none when nobody can
public record Requirement(Strength strength, String verb, String text, List<Integer> satisfiers) {
  /// Whether a requirement must hold.
  public enum Strength {
    /// It must.
    MUST,
    /// It should, but giving it up is better than giving up anything that must.
    SHOULD
  }

  /// Keeps its own copy of the satisfiers.
  public Requirement {
    satisfiers = List.copyOf(satisfiers);
  }
}
