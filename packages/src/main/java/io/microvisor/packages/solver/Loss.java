package io.microvisor.packages.solver;

import java.util.List;

/// What a set would lose with one of its members.
///
/// @param wishes that could no longer be fulfilled, in their order
/// @param system whether the system could not do without it either
/// @param needing members that cannot be without it, directly or through others, ordered by name; a choice among others
///     that are not in the set is not considered
/// @param orphaned members that then nobody would ask for any more, ordered by name
public record Loss<P>(
    List<Wish> wishes, boolean system, List<Pick<P>> needing, List<Pick<P>> orphaned) {
  /// Keeps its own copies.
  public Loss {
    wishes = List.copyOf(wishes);
    needing = List.copyOf(needing);
    orphaned = List.copyOf(orphaned);
  }
}
