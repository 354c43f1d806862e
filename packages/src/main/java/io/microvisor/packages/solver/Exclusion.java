package io.microvisor.packages.solver;

import java.util.List;

/// That some candidates must not be taken.
///
/// @param verb what the one who excludes does, such as `conflicts with`
/// @param others the excluded candidates; the one who excludes is never meant, though it may be among them
public record Exclusion(String verb, List<Integer> others) {
  /// Keeps its own copy of the others.
  public Exclusion {
    others = List.copyOf(others);
  }
}
