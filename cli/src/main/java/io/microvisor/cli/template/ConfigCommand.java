package io.microvisor.cli.template;

import io.microvisor.cli.terminal.ExitCode;
import io.microvisor.cli.terminal.Json;
import io.microvisor.cli.terminal.JsonOption;
import io.microvisor.cli.terminal.Terminal;
import io.microvisor.compose.answers.AnswersFile;
import io.microvisor.compose.problem.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `emt config`.
@Command(
    name = "config",
    mixinStandardHelpOptions = true,
    header = "Checks what machines are told from outside.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = ConfigCommand.Check.class)
public final class ConfigCommand {
  private ConfigCommand() {}

  /// `emt config check`.
  @Command(
      name = "check",
      mixinStandardHelpOptions = true,
      header = "Checks a file of answers as a machine will.",
      description = {
        "A machine whose template says provisioning.answers reads answers.conf from a file system called EMT-CONFIG, and takes"
            + " all of it or nothing. This says beforehand what it would say. Only the machine knows its users: whether"
            + " one is missing shows there."
      },
      footerHeading = "%nExamples:%n",
      footer = {"  emt config check answers.conf"},
      exitCodeListHeading = "%nExit codes:%n",
      exitCodeList = {"0:the file is sound", "3:it has problems"})
  public static final class Check implements Callable<Integer> {
    private final Terminal terminal;
    @Mixin private JsonOption json = new JsonOption();

    @Parameters(paramLabel = "FILE", description = "The file.")
    private String file = "";

    /// A command of this world.
    public Check(Terminal terminal) {
      this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
      List<Problem> problems;
      try (InputStream in = Files.newInputStream(terminal.workingDirectory().resolve(file))) {
        problems = AnswersFile.check(file, in.readNBytes(AnswersFile.LARGEST + 1));
      }
      if (json.wanted()) {
        terminal.out().println(Json.of(Json.problems(problems)));
      } else if (problems.isEmpty()) {
        terminal.out().println(file + ": sound");
      } else {
        problems.forEach(terminal.err()::println);
      }
      return (problems.isEmpty() ? ExitCode.OK : ExitCode.PROBLEMS).value();
    }
  }
}
