package io.microvisor.cli.lock;

import picocli.CommandLine.Option;

/// Whether the lock is to be taken as it is.
public final class FrozenOption {
  @Option(
      names = "--frozen",
      description =
          "Write no lock: if it is missing, or not made for what the template says, say what differs and exit with 3.")
  private boolean frozen;

  public boolean wanted() {
    return frozen;
  }
}
