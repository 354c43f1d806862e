package io.microvisor.cli.lock;

import io.microvisor.cli.terminal.ExitCode;
import io.microvisor.cli.terminal.FailureException;
import io.microvisor.cli.terminal.Json;
import io.microvisor.cli.terminal.JsonOption;
import io.microvisor.cli.terminal.Terminal;
import io.microvisor.packages.lock.Lock;
import io.microvisor.packages.lock.LockDiff;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `emt diff`.
@Command(
    name = "diff",
    mixinStandardHelpOptions = true,
    header = "Tells how two locks differ.",
    description = {
      "Archives with their dates, wishes, and packages: + added, - removed, ^ upgraded, v downgraded, ! the same version"
          + " but other bytes, ~ the same bytes from elsewhere."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  emt diff released.lock hello.lock",
      "  emt diff <(git show HEAD:hello.lock) hello.lock",
      "  emt diff --json old.lock new.lock | jq '.changed[].name'"
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:they say the same",
      "1:they differ (as diff(1) has it)",
      "3:one of them cannot be read"
    })
public final class DiffCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Parameters(index = "0", paramLabel = "BEFORE.lock", description = "The earlier lock.")
  private String before = "";

  @Parameters(index = "1", paramLabel = "AFTER.lock", description = "The later lock.")
  private String after = "";

  @Mixin private JsonOption json = new JsonOption();

  /// A command of this world.
  public DiffCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws FailureException {
    LockDiff diff = LockDiff.of(read(before), read(after));
    LockReport report = new LockReport(diff, Map.of());
    if (json.wanted()) {
      terminal.out().println(Json.of(report.json()));
    } else if (!diff.isEmpty()) {
      report.print(terminal.out());
    }
    return (diff.isEmpty() ? ExitCode.OK : ExitCode.DIFFERENT).value();
  }

  /// That a file cannot be read must not look like a difference.
  private Lock read(String name) throws FailureException {
    try {
      return LockFiles.read(terminal.workingDirectory().resolve(name));
    } catch (IOException e) {
      throw new FailureException(ExitCode.PROBLEMS, FailureException.message(e));
    }
  }
}
