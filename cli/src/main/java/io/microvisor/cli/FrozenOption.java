package io.microvisor.cli;

import picocli.CommandLine.Option;

/// Whether the lock is to be taken as it is.
final class FrozenOption {
  @Option(
      names = "--frozen",
      description =
          "Write no lock: if it is missing, or not made for what the template says, say what differs and exit with 3.")
  private boolean frozen;

  boolean wanted() {
    return frozen;
  }
}
