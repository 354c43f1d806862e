package io.microvisor.packages.solver;

/// Counts what a search costs, against its bounds.
final class Meter {
  private final Bounds bounds;
  private long steps;
  private long cells;

  Meter(Bounds bounds) {
    this.bounds = bounds;
  }

  /// One more look at a literal, a clause or a candidate.
  void step() {
    steps++;
  }

  /// As many looks.
  void steps(long more) {
    steps += more;
  }

  /// As many candidates or literals that are kept from now on.
  void keep(long more) {
    cells += more;
    steps += more;
  }

  boolean exhausted() {
    return steps > bounds.steps() || cells > bounds.cells();
  }

  long steps() {
    return steps;
  }

  long cells() {
    return cells;
  }
}
