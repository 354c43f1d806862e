package io.microvisor.cli.run;

import io.microvisor.cli.terminal.ExitCode;
import io.microvisor.cli.terminal.FailureException;
import io.microvisor.cli.terminal.JsonOption;
import io.microvisor.machine.MachineSpec;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Whether and how `emt run` measures a boot.
final class TimeOptions {
  @Option(
      names = "--time",
      description = {
        "Boot once, tell how long firmware, loader, kernel, initrd and the rest took, and stop. A unit handed in for this"
            + " boot asks the guest's systemd."
      })
  private boolean time;

  @Option(
      names = "--virtual-time",
      description = {
        "With --time: let the guest's time pass by the instructions it has run, 8 ns each, on one processor. Such"
            + " seconds compare images, not machines, and hardly depend on what else this machine does."
      })
  private boolean virtual;

  @Mixin private JsonOption json = new JsonOption();

  /// Whether it is to be measured.
  ///
  /// @throws FailureException if an option stands without the one it belongs to
  boolean wanted() throws FailureException {
    if (!time && (virtual || json.wanted())) {
      throw new FailureException(
          ExitCode.USAGE, "--virtual-time, --json: without --time (expected: --time with them)");
    }
    return time;
  }

  boolean forMachines() {
    return json.wanted();
  }

  MachineSpec.Clock clock() {
    return virtual ? MachineSpec.Clock.INSTRUCTIONS : MachineSpec.Clock.HOST;
  }
}
