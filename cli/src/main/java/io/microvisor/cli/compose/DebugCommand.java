package io.microvisor.cli.compose;

import io.microvisor.cli.lock.LockFiles;
import io.microvisor.cli.lock.SupplyOptions;
import io.microvisor.cli.template.TemplateArgument;
import io.microvisor.cli.terminal.ExitCode;
import io.microvisor.cli.terminal.FailureException;
import io.microvisor.cli.terminal.Progress;
import io.microvisor.cli.terminal.ProgressOptions;
import io.microvisor.cli.terminal.Terminal;
import io.microvisor.compose.pipeline.Composer;
import io.microvisor.compose.plan.StepId;
import io.microvisor.compose.template.Template;
import io.microvisor.packages.lock.Lock;
import io.microvisor.packages.supply.PackageSupply;
import io.microvisor.sandbox.SandboxSupport;
import io.microvisor.sandbox.Shell;
import io.microvisor.store.Store;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `emt debug`.
@Command(
    name = "debug",
    mixinStandardHelpOptions = true,
    header = "Opens a shell in the tree a step of a build works on.",
    description = {
      "For \"configure\", the packages are merged and their scripts run as in a build, until one fails or all are done;"
          + " then there is a shell, root in the same sandbox: no network, nothing of this machine. For modules, base, root,"
          + " initrd and \"root image\" it is the tree they start from. What is changed in the shell is forgotten."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  emt debug configure hello.yaml         look around where a package script failed",
      "  emt debug configure hello.yaml -c 'dpkg --audit; tail /run/emt-configure.log'",
      "  emt debug initrd minimal               the root file system of another template"
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:the shell ended well",
      "1:a package cannot be had ...",
      "2:there is no such step, or no terminal",
      "3:the template or lock has problems",
      "4:this machine lacks something, see \"emt doctor\"",
      "N:what the shell ended with"
    })
public final class DebugCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Parameters(
      index = "0",
      paramLabel = "STEP",
      description = "configure, modules, base, root, initrd or \"root image\".")
  private String step = "";

  @Mixin private TemplateArgument template = new TemplateArgument();
  @Mixin private SupplyOptions supply = new SupplyOptions();
  @Mixin private ProgressOptions progress = new ProgressOptions();

  @Option(
      names = {"-c", "--command"},
      paramLabel = "COMMAND",
      description = "Run this instead of a shell on the terminal.")
  private Optional<String> command = Optional.empty();

  /// A command of this world.
  public DebugCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException, InterruptedException, FailureException {
    StepId wanted = new StepId(step);
    if (!Composer.DEBUGGABLE.contains(wanted)) {
      throw new FailureException(
          ExitCode.USAGE,
          "debug: step "
              + step
              + " starts from no tree (expected: "
              + Composer.DEBUGGABLE.stream().map(StepId::name).collect(Collectors.joining(", "))
              + ")");
    }
    if (command.isEmpty() && !terminal.interactive()) {
      throw new FailureException(
          ExitCode.USAGE,
          "debug: no terminal (expected: one, for the shell)\n  advice: -c 'a command' needs none");
    }
    Shell shell =
        command
            .map(Shell::of)
            .orElseGet(() -> Shell.onTerminal(terminal.variable("TERM").orElse("dumb")));
    if (SandboxSupport.probe() instanceof SandboxSupport.Impossible impossible) {
      throw new FailureException(ExitCode.ENVIRONMENT, impossible.explanation());
    }
    OptionalLong epoch = BuildCommand.epoch(terminal);
    Template loaded = template.load(terminal);
    try (Store store = Store.open(terminal.cache());
        Progress shown = progress.open(terminal)) {
      Lock lock = new LockFiles(terminal, template, shown).ready(loaded, store, supply);
      try (PackageSupply packages = supply.forLock(terminal, store, loaded, lock)) {
        return new Composer(store, packages, shown).debug(loaded, lock, wanted, shell, epoch);
      }
    }
  }
}
