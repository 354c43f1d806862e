package io.microvisor.systemtests.fuzz;

import java.io.IOException;

/// What the fuzzer calls: one target, chosen by the only argument.
public final class FuzzEntry {
  private static FuzzTarget target = FuzzTarget.CONTROL;

  private FuzzEntry() {}

  /// Called once.
  public static void fuzzerInitialize(String[] arguments) {
    target = FuzzTarget.valueOf(arguments[0]);
  }

  /// Called with each input.
  public static void fuzzerTestOneInput(byte[] input) {
    read(target, input);
  }

  /// Has a target read an input.
  static void read(FuzzTarget target, byte[] input) {
    try {
      target.read(input);
    } catch (IOException _) {
      // Refused, which is an answer.
    }
  }
}
