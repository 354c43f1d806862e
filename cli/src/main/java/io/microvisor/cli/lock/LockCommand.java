package io.microvisor.cli.lock;

import io.microvisor.cli.template.TemplateArgument;
import io.microvisor.cli.terminal.ExitCode;
import io.microvisor.cli.terminal.FailureException;
import io.microvisor.cli.terminal.Json;
import io.microvisor.cli.terminal.JsonOption;
import io.microvisor.cli.terminal.Progress;
import io.microvisor.cli.terminal.ProgressOptions;
import io.microvisor.cli.terminal.Terminal;
import io.microvisor.compose.locking.LockFit;
import io.microvisor.compose.template.Template;
import io.microvisor.packages.deb.Glob;
import io.microvisor.packages.lock.Lock;
import io.microvisor.packages.lock.LockDiff;
import io.microvisor.packages.lock.LockedPackage;
import io.microvisor.packages.supply.PackageSupply;
import io.microvisor.packages.vendor.VendorFolder;
import io.microvisor.store.Store;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `emt lock`.
@Command(
    name = "lock",
    mixinStandardHelpOptions = true,
    header = "Pins the packages of a template.",
    description = {
      "Writes the lock beside the template: every package with version, size, digest and origin. A lock that fits is left"
          + " alone. Where the template asks for more or fewer packages than before, only those and what they need change."
          + " --update takes what the archives have now: of everything, or of the packages named and what they force to"
          + " move along; what moves without being named is shown with the reason."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  emt lock hello.yaml                       make hello.lock, or bring it in line with the template",
      "  emt lock --update hello.yaml              take the newest of everything, and show what changed",
      "  emt lock --update hello.yaml curl 'libssl*'   only these",
      "  emt lock --frozen hello.yaml              does it fit? for CI: nothing is written",
      "  emt lock --fetch hello.yaml               have all its packages in the cache, too",
      "  emt lock --vendor hello.vendor hello.yaml     keep them in a folder, to build without a network"
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:the lock is there and fits",
      "1:an archive cannot be read, or a package cannot be had",
      "3:the wishes cannot be met; with --frozen: the lock does not fit"
    })
public final class LockCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Parameters(
      index = "0..*",
      paramLabel = "[TEMPLATE] [PACKAGE...]",
      description = {
        "A template file, or the name of a shipped one: edge (default) or minimal. After it, with --update: names of"
            + " pinned packages, or patterns of names in quotes."
      })
  private List<String> words = new ArrayList<>();

  @Mixin private SupplyOptions supply = new SupplyOptions();
  @Mixin private FrozenOption frozen = new FrozenOption();
  @Mixin private ProgressOptions progress = new ProgressOptions();
  @Mixin private JsonOption json = new JsonOption();

  @Option(names = "--update", description = "Choose anew from what the archives hold now.")
  private boolean update;

  @Option(names = "--fetch", description = "Fetch the pinned packages into the cache.")
  private boolean fetch;

  @Option(
      names = "--vendor",
      paramLabel = "FOLDER",
      description =
          "Put everything that a build without a network needs into FOLDER; as NAME.vendor beside the lock, builds find it"
              + " by themselves.")
  private Optional<Path> vendor = Optional.empty();

  @Option(
      names = "--prune",
      description = "With --vendor: delete packages from the folder that no lock in it pins.")
  private boolean prune;

  /// A command of this world.
  public LockCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException, InterruptedException, FailureException {
    boolean isNamed = !words.isEmpty() && isTemplate(words.getFirst());
    TemplateArgument argument =
        isNamed ? new TemplateArgument(words.getFirst()) : new TemplateArgument();
    List<String> names = isNamed ? words.subList(1, words.size()) : words;
    checkUsage(names);
    Template loaded = argument.load(terminal);
    try (Store store = Store.open(terminal.cache());
        Progress shown = progress.open(terminal)) {
      LockFiles files = new LockFiles(terminal, argument, shown);
      Map<String, Object> answer = new LinkedHashMap<>();
      answer.put("lock", files.name());
      Lock lock =
          frozen.wanted() ? files.frozen(loaded) : lock(files, loaded, names, store, shown, answer);
      answer.put("packages", lock.packages().size());
      Vendoring vendoring = new Vendoring(terminal, argument, supply, store, shown);
      if (vendor.isPresent()) {
        answer.put("vendor", vendoring.write(vendor.get(), files.name(), loaded, lock, unpinned()));
      } else if (fetch) {
        say(
            vendoring.fetch(files.name(), loaded, lock).size() + " packages are in the cache",
            shown);
      }
      shown.clear();
      if (json.wanted()) {
        terminal.out().println(Json.of(answer));
      }
    }
    return ExitCode.OK.value();
  }

  private VendorFolder.Unpinned unpinned() {
    return prune ? VendorFolder.Unpinned.PRUNED : VendorFolder.Unpinned.KEPT;
  }

  private boolean isTemplate(String word) {
    return TemplateArgument.isMeant(word) || !update;
  }

  private void checkUsage(List<String> names) throws FailureException {
    if (!names.isEmpty() && !update) {
      throw new FailureException(
          ExitCode.USAGE,
          "lock: packages are named, but not --update (expected: both, or neither)"
              + "\n  advice: emt lock --update "
              + String.join(" ", words));
    }
    if (prune && vendor.isEmpty()) {
      throw new FailureException(
          ExitCode.USAGE, "lock: --prune without --vendor (expected: the folder to prune)");
    }
  }

  private Lock lock(
      LockFiles files,
      Template template,
      List<String> names,
      Store store,
      Progress shown,
      Map<String, Object> answer)
      throws IOException, InterruptedException, FailureException {
    Optional<Lock> before = files.read();
    if (!update && before.isPresent() && LockFit.of(template, before.get()).isExact()) {
      say(files.name() + ": fits (--update takes newer packages)", shown);
      answer.put("state", "fits");
      return before.get();
    }
    SortedSet<String> moving = new TreeSet<>();
    if (!names.isEmpty()) {
      moving = pinned(files.name(), before, names);
    }
    try (PackageSupply packages = supply.forTemplate(terminal, store, template)) {
      LockFiles.Renewed renewed =
          !update
              ? files.amended(template, packages)
              : moving.isEmpty()
                  ? files.renewed(template, packages)
                  : files.updated(template, before.orElseThrow(), moving, packages);
      answer.put("state", before.isEmpty() ? "made" : "changed");
      LockReport report = new LockReport(renewed.diff(), renewed.reasons());
      answer.put("difference", report.json());
      if (before.isEmpty()) {
        say(files.name() + ": " + renewed.lock().packages().size() + " packages", shown);
      } else if (!json.wanted()) {
        shown.clear();
        report.print(terminal.out());
        stayed(renewed, names);
      }
      return renewed.lock();
    }
  }

  private void say(String line, Progress shown) {
    if (!json.wanted()) {
      shown.clear();
      terminal.out().println(line);
    }
  }

  /// What was named, not by a pattern, and did not move.
  private void stayed(LockFiles.Renewed renewed, List<String> names) {
    LockDiff diff = renewed.diff();
    for (String name : names) {
      boolean changed = diff.changed().stream().anyMatch(each -> each.after().name().equals(name));
      renewed
          .lock()
          .find(name)
          .filter(_ -> !changed)
          .ifPresent(pin ->
              terminal
                  .out()
                  .println(
                      "= "
                          + name
                          + " "
                          + pin.version()
                          + ": nothing newer can be had with the rest"));
    }
  }

  /// The pinned packages that names and patterns stand for.
  private static SortedSet<String> pinned(
      String lockName, Optional<Lock> before, List<String> names) throws FailureException {
    if (before.isEmpty()) {
      throw new FailureException(
          ExitCode.FAILED,
          lockName + ": does not exist (expected: a lock to update)\n  advice: emt lock");
    }
    List<String> all = before.get().packages().stream().map(LockedPackage::name).toList();
    SortedSet<String> found = new TreeSet<>();
    for (String name : names) {
      List<String> matching = all.stream().filter(Glob.of(name)::matches).toList();
      if (matching.isEmpty()) {
        throw new FailureException(
            ExitCode.FAILED,
            name
                + ": not in "
                + lockName
                + " (expected: a pinned package"
                + NearNames.suggestion(name, all)
                + ")");
      }
      found.addAll(matching);
    }
    return found;
  }
}
