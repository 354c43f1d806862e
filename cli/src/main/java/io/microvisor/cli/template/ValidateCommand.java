package io.microvisor.cli.template;

import io.microvisor.cli.terminal.ExitCode;
import io.microvisor.cli.terminal.Json;
import io.microvisor.cli.terminal.JsonOption;
import io.microvisor.cli.terminal.Terminal;
import io.microvisor.compose.problem.RejectedException;
import io.microvisor.compose.state.NodeDisk;
import io.microvisor.compose.template.Template;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `emt validate`.
@Command(
    name = "validate",
    mixinStandardHelpOptions = true,
    header = "Checks a template without building it.",
    description = {
      "Every problem is printed with file, line and column, and what to do about it. For an image that keeps state, it"
          + " also says which disks it fits, and how much of them is left for the state."
    },
    footerHeading = "%nExamples:%n",
    footer = {"  emt validate hello.yaml", "  emt validate --json hello.yaml"},
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:the template is sound", "3:it has problems"})
public final class ValidateCommand implements Callable<Integer> {
  private final Terminal terminal;
  @Mixin private TemplateArgument template = new TemplateArgument();
  @Mixin private JsonOption json = new JsonOption();

  /// A command of this world.
  public ValidateCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws RejectedException {
    try {
      Template loaded = template.load(terminal);
      if (json.wanted()) {
        terminal.out().println(Json.of(Json.problems(List.of())));
      } else {
        terminal
            .out()
            .println(
                loaded.image().name()
                    + " "
                    + loaded.image().version()
                    + ": sound, as far as can be told without its packages");
        switch (loaded.system().persistence().state()) {
          case NONE -> {}
          case EXT4 -> new NodeDisk(loaded.diskLayout()).lines().forEach(terminal.out()::println);
        }
      }
      return ExitCode.OK.value();
    } catch (RejectedException e) {
      if (!json.wanted()) {
        throw e;
      }
      terminal.out().println(Json.of(Json.problems(e.problems())));
      return ExitCode.PROBLEMS.value();
    }
  }
}
