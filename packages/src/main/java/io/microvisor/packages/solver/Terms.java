package io.microvisor.packages.solver;

import java.util.List;

/// What taking a candidate, or making a wish, brings with it.
public record Terms(List<Requirement> requirements, List<Exclusion> exclusions) {
  /// Keeps its own copies.
  public Terms {
    requirements = List.copyOf(requirements);
    exclusions = List.copyOf(exclusions);
  }
}
