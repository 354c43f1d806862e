package io.microvisor.testkit.faults;

/// What goes wrong with a change, and with those that follow.
public enum Fault {
  /// Nothing.
  NONE,
  /// This change alone fails.
  BROKEN,
  /// This change alone fails; if it is a write, half of it was done.
  TORN,
  /// There is no room from here on; what needs none still works.
  FULL,
  /// Nothing may be changed from here on.
  READ_ONLY,
  /// The process does nothing more: [FaultyFiles#afterPowerCut] has what is left.
  POWER_CUT
}
