package io.microvisor.compose.initrd;

import io.microvisor.compose.initrd.InitrdSpec.Feature;
import java.util.Collection;
import java.util.EnumSet;

/// What an initrd with state takes from a root, for tests that make such roots.
public final class InitrdNeeds {
  private static final InitrdUnits UNITS =
      InitrdUnits.of(EnumSet.of(Feature.VERITY, Feature.STATE));

  private InitrdNeeds() {}

  /// Paths of programs.
  public static Collection<String> programs() {
    return UNITS.programs();
  }

  /// Names of units.
  public static Collection<String> units() {
    return UNITS.units();
  }

  /// Names of udev's rules.
  public static Collection<String> rules() {
    return UNITS.rules();
  }
}
