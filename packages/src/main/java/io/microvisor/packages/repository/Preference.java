package io.microvisor.packages.repository;

import io.microvisor.packages.deb.Glob;
import java.util.List;
import java.util.OptionalInt;

/// How the packages of one repository are preferred to those of others.
///
/// @param priority of all its packages, in apt's sense (apt_preferences(5)); empty: what its Release file asks for, see
///     [Priorities]
/// @param allowed the only packages to take from it, by name or pattern; none means all
public record Preference(OptionalInt priority, List<Glob> allowed) {
  /// Every package, as the Release file has it.
  public static final Preference NONE = new Preference(OptionalInt.empty(), List.of());

  public Preference {
    allowed = List.copyOf(allowed);
  }

  /// Whether a package of this name may be taken.
  public boolean allows(String name) {
    return allowed.isEmpty() || allowed.stream().anyMatch(glob -> glob.matches(name));
  }
}
