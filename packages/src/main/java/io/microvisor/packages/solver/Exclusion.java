package io.microvisor.packages.solver;

import java.util.List;

/// That some candidates must not be taken.
///
/// @param verb what the one who excludes does, such as `conflicts with`
/// @param others the excluded candidates
public record Exclusion(String verb, List<Integer> others) {
  /// Keeps its own copy of the others.
  public Exclusion {
    others = List.copyOf(others);
  }
}
