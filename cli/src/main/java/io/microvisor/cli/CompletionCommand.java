package io.microvisor.cli;

import io.microvisor.cli.terminal.ExitCode;
import io.microvisor.cli.terminal.Terminal;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// `emt completion`.
@Command(
    name = "completion",
    mixinStandardHelpOptions = true,
    header = "Prints a completion script for bash and zsh.",
    footerHeading = "%nExamples:%n",
    footer = {"  source <(emt completion)", "  emt completion >/etc/bash_completion.d/emt"})
final class CompletionCommand implements Callable<Integer> {
  private final Terminal terminal;
  @Spec private CommandSpec spec = CommandSpec.create();

  CompletionCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    CommandLine root = spec.root().commandLine();
    terminal.out().println(AutoComplete.bash("emt", root));
    return ExitCode.OK.value();
  }
}
