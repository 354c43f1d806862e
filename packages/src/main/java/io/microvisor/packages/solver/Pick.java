package io.microvisor.packages.solver;

/// One taken candidate.
///
/// @param item what it stands for
public record Pick<P>(P item, String name, String version) {
  static <P> Pick<P> of(Universe<P> universe, int candidate) {
    return new Pick<>(
        universe.item(candidate), universe.name(candidate), universe.version(candidate));
  }

  /// Name and version.
  @Override
  public String toString() {
    return name + " " + version;
  }
}
