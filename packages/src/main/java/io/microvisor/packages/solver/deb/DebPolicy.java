package io.microvisor.packages.solver.deb;

import io.microvisor.packages.deb.DebPackage;
import io.microvisor.packages.deb.Priority;
import java.util.Set;
import java.util.function.ToIntFunction;

/// How Debian packages are chosen.
///
/// @param architecture the one architecture of the system, such as `amd64`; packages for others are as if not there
/// @param recommends whether what is recommended is taken unless it clashes with what is needed; `false` is `apt-get
///     --no-install-recommends`
/// @param suggests whether what is suggested is taken unless it clashes with what is needed or recommended
/// @param priorities packages of these priorities are on every system, as essential ones always are
/// @param pin a package's priority in apt's sense (apt_preferences(5)): of a name's versions the one with the highest
///     is preferred, then the newest; below 0 a package is as if not there
public record DebPolicy(
    String architecture,
    boolean recommends,
    boolean suggests,
    Set<Priority> priorities,
    ToIntFunction<DebPackage> pin) {
  /// Keeps its own copy of the priorities.
  public DebPolicy {
    priorities = Set.copyOf(priorities);
  }

  /// Only what is essential or wished for, nothing recommended or suggested, every archive alike.
  public static DebPolicy of(String architecture) {
    return new DebPolicy(architecture, false, false, Set.of(), _ -> 500);
  }

  /// The same, but with recommendations.
  public DebPolicy withRecommendations() {
    return new DebPolicy(architecture, true, suggests, priorities, pin);
  }

  /// The same, but with suggestions.
  public DebPolicy withSuggestions() {
    return new DebPolicy(architecture, recommends, true, priorities, pin);
  }

  /// The same, but with all packages of some priorities on every system.
  public DebPolicy withPriorities(Set<Priority> all) {
    return new DebPolicy(architecture, recommends, suggests, all, pin);
  }

  /// The same, but with other pins.
  public DebPolicy withPin(ToIntFunction<DebPackage> other) {
    return new DebPolicy(architecture, recommends, suggests, priorities, other);
  }
}
