package io.microvisor.packages.solver;

import java.util.List;

/// That one of some candidates must be taken.
///
/// @param kind what sort of demand it is, and so whether it may be left unsatisfied
/// @param verb what the one who requires does, such as `needs`
/// @param text what is required, in the universe's language
/// @param satisfiers the candidates that satisfy it, best first; none when nobody can
public record Requirement(Kind kind, String verb, String text, List<Integer> satisfiers) {
  /// The sorts of demands, from the firmest to the faintest.
  public enum Kind {
    /// Somebody wished for it.
    WISH,
    /// Every system has it.
    ALWAYS,
    /// It must be there, and ready before whoever requires it is unpacked (Debian's `Pre-Depends`).
    NEEDS_FIRST,
    /// It must be there (`Depends`).
    NEEDS,
    /// It should be there: giving it up is better than giving up anything that must be (`Recommends`).
    RECOMMENDS,
    /// It may be there: giving it up is better than giving up anything that should be (`Suggests`).
    SUGGESTS;

    /// Whether it must hold.
    public boolean must() {
      return compareTo(RECOMMENDS) < 0;
    }
  }

  /// Keeps its own copy of the satisfiers.
  public Requirement {
    satisfiers = List.copyOf(satisfiers);
  }
}
