package io.microvisor.packages.solver;

/// How much a search may cost before it gives up. Both are counted, not measured: the same question gives up at the same
/// point on any machine.
///
/// @param steps how often it may look at a literal, a clause or a candidate: some ten million a second
/// @param cells how many candidates and literals it may keep, of what was read and what was learned: some twenty bytes
///     each, besides a few words for each candidate of the universe
public record Bounds(long steps, long cells) {
  /// Some seconds, and less than 150 MB. A real index needs a hundredth of both.
  public static final Bounds DEFAULT = new Bounds(50_000_000, 6_000_000);

  /// @throws IllegalArgumentException if a bound is not positive
  public Bounds {
    if (steps <= 0 || cells <= 0) {
      throw new IllegalArgumentException(
          "bounds: " + steps + " steps and " + cells + " cells (expected: more than 0)");
    }
  }
}
