package io.microvisor.cli;

import io.microvisor.compose.build.PackageChoice;
import io.microvisor.compose.template.Template;
import io.microvisor.packages.lock.Lock;
import io.microvisor.packages.lock.LockDiff;
import io.microvisor.packages.lock.LockFile;
import io.microvisor.packages.supply.PackageSupply;
import io.microvisor.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `emt lock`.
@Command(
    name = "lock",
    mixinStandardHelpOptions = true,
    header = "Pins the packages of a template.",
    description = {
      "Writes the lock beside the template: every package with version, size, digest and origin. A lock that fits the"
          + " template is left alone unless --update is given."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  emt lock hello.yaml             make hello.lock, if it is missing or stale",
      "  emt lock --update hello.yaml    take the newest packages, and show what changed"
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:the lock is there and fits",
      "1:an archive cannot be read",
      "3:the wishes cannot be met"
    })
final class LockCommand implements Callable<Integer> {
  private final Terminal terminal;
  @Mixin private TemplateArgument template = new TemplateArgument();
  @Mixin private SupplyOptions supply = new SupplyOptions();
  @Mixin private ProgressOptions progress = new ProgressOptions();

  @Option(names = "--update", description = "Choose anew from what the archives hold now.")
  private boolean update;

  LockCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException, InterruptedException, FailureException {
    Template loaded = template.load(terminal);
    Path file = template.lock(terminal);
    Optional<Lock> before =
        Files.exists(file) ? Optional.of(LockFile.read(file)) : Optional.empty();
    if (!update && before.isPresent() && before.get().isFor(PackageChoice.inputs(loaded))) {
      terminal.out().println(file.getFileName() + ": fits (--update takes newer packages)");
      return ExitCode.OK.value();
    }
    try (Store store = Store.open(terminal.cache());
        PackageSupply packages = supply.forTemplate(terminal, store, loaded);
        Progress shown = progress.open(terminal)) {
      Lock after = new LockFiles(terminal, shown).renew(loaded, file, packages);
      shown.clear();
      if (before.isPresent()) {
        LockDiff diff = LockDiff.of(before.get(), after);
        diff.lines().forEach(terminal.out()::println);
        terminal.out().println(diff.isEmpty() ? "nothing changed" : "");
      } else {
        terminal.out().println(file.getFileName() + ": " + after.packages().size() + " packages");
      }
    }
    return ExitCode.OK.value();
  }
}
