package io.microvisor.cli.template;

import io.microvisor.cli.terminal.ExitCode;
import io.microvisor.cli.terminal.Json;
import io.microvisor.cli.terminal.JsonOption;
import io.microvisor.cli.terminal.Terminal;
import io.microvisor.compose.problem.RejectedException;
import io.microvisor.compose.template.EffectiveTemplate;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `emt resolve`.
@Command(
    name = "resolve",
    mixinStandardHelpOptions = true,
    header = "Prints the effective template.",
    description = {
      "All layers joined, defaults filled in. The output is itself a template that builds the same image when it lies in"
          + " the same folder."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  emt resolve hello.yaml",
      "  emt resolve minimal",
      "  emt resolve --json hello.yaml | jq .systemConfig.packages"
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:printed", "3:the template has problems"})
public final class ResolveCommand implements Callable<Integer> {
  private final Terminal terminal;
  @Mixin private TemplateArgument template = new TemplateArgument();
  @Mixin private JsonOption json = new JsonOption();

  /// A command of this world.
  public ResolveCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws RejectedException {
    EffectiveTemplate effective = template.load(terminal).effective();
    if (json.wanted()) {
      terminal.out().println(Json.of(effective.tree()));
    } else {
      terminal.out().print(effective.text());
    }
    return ExitCode.OK.value();
  }
}
