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
import io.microvisor.compose.locking.PackageChoice;
import io.microvisor.compose.template.Template;
import io.microvisor.packages.catalog.PackageCatalog;
import io.microvisor.packages.deb.DebPackage;
import io.microvisor.packages.lock.Lock;
import io.microvisor.packages.lock.LockedPackage;
import io.microvisor.packages.solver.Link;
import io.microvisor.packages.solver.Loss;
import io.microvisor.packages.solver.Pick;
import io.microvisor.packages.solver.Reasons;
import io.microvisor.packages.solver.deb.DebUniverse;
import io.microvisor.packages.supply.PackageSupply;
import io.microvisor.packages.supply.PinnedPackages;
import io.microvisor.store.Store;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `emt why`.
@Command(
    name = "why",
    mixinStandardHelpOptions = true,
    header = "Tells who brought a package in.",
    description = {
      "Every way from a wish, or from what every system has, down to the package, the firmest first; and what could not be"
          + " had without it. Told of the lock: no archive is asked once its packages are in the cache."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  emt why libcurl4t64 hello.yaml",
      "  emt why --all perl-base            every way, not only the best ones",
      "  emt why --json systemd minimal"
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:told",
      "1:the package is not in the lock; it is said why",
      "3:there is no lock"
    })
public final class WhyCommand implements Callable<Integer> {
  private static final int SHOWN = 5;

  private final Terminal terminal;

  @Parameters(index = "0", paramLabel = "PACKAGE", description = "The package's name.")
  private String name = "";

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "TEMPLATE",
      defaultValue = TemplateArgument.DEFAULT,
      description = "A template file, or the name of a shipped one: edge (default) or minimal.")
  private String template = TemplateArgument.DEFAULT;

  @Option(names = "--all", description = "Show every way, not only the best " + SHOWN + ".")
  private boolean all;

  @Mixin private SupplyOptions supply = new SupplyOptions();
  @Mixin private ProgressOptions progress = new ProgressOptions();
  @Mixin private JsonOption json = new JsonOption();

  /// A command of this world.
  public WhyCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException, InterruptedException, FailureException {
    TemplateArgument argument = new TemplateArgument(template);
    Template loaded = argument.load(terminal);
    try (Store store = Store.open(terminal.cache());
        Progress shown = progress.open(terminal)) {
      LockFiles files = new LockFiles(terminal, argument, shown);
      Lock lock =
          files
              .read()
              .orElseThrow(() ->
                  new FailureException(
                      ExitCode.PROBLEMS,
                      files.name()
                          + ": there is no lock (expected: one to explain)\n  advice: emt lock"
                          + argument.words()));
      if (!LockFit.of(loaded, lock).isExact()) {
        shown.say(files.name() + ": not made for what the template says now; told of the lock");
      }
      Reasons<DebPackage> reasons =
          Reasons.of(
              DebUniverse.chosen(items(loaded, lock, store), PackageChoice.policy(loaded)),
              PackageChoice.wishes(loaded));
      return reasons.find(name).isPresent()
          ? tell(reasons)
          : tellOfAbsent(files.name(), loaded, lock, store);
    }
  }

  /// What the packages of the lock say of themselves, from the cache as far as it has them.
  private List<DebPackage> items(Template loaded, Lock lock, Store store)
      throws IOException, InterruptedException, FailureException {
    PinnedPackages here = PinnedPackages.here(lock, store);
    List<DebPackage> items = new ArrayList<>(here.found());
    if (!here.gone().isEmpty()) {
      try (PackageSupply packages = supply.forTemplate(terminal, store, loaded)) {
        PinnedPackages listed = PinnedPackages.listed(lock, here.gone(), packages, _ -> {});
        items.addAll(listed.found());
        for (LockedPackage lost : listed.gone()) {
          terminal.err().println(lost.name() + " " + lost.version() + ": cannot be had, left out");
        }
      }
    }
    return items;
  }

  private int tell(Reasons<DebPackage> reasons) {
    Pick<DebPackage> pick = reasons.find(name).orElseThrow();
    List<List<Link<DebPackage>>> chains = reasons.chains(name);
    List<Link<DebPackage>> direct = reasons.direct(name);
    Loss<DebPackage> loss = reasons.without(name).orElseThrow();
    if (json.wanted()) {
      Map<String, Object> answer = new LinkedHashMap<>();
      answer.put("package", pick.name());
      answer.put("version", pick.version());
      answer.put("pinned", true);
      answer.put("chains", chains.stream().map(WhyCommand::json).toList());
      answer.put("askedForBy", json(direct));
      answer.put("withoutIt", json(loss));
      terminal.out().println(Json.of(answer));
      return ExitCode.OK.value();
    }
    terminal.out().println(pick);
    int most = all ? chains.size() : Math.min(SHOWN, chains.size());
    chains.subList(0, most).forEach(this::show);
    if (most < chains.size()) {
      terminal.out().println("... and from " + (chains.size() - most) + " more wishes (--all)");
    }
    terminal.out().println("asked for by: " + askers(direct));
    terminal.out().println("without it: " + words(loss));
    return ExitCode.OK.value();
  }

  private void show(List<Link<DebPackage>> chain) {
    for (int depth = 0; depth < chain.size(); depth++) {
      String branch = depth == 0 ? "- " : "  ".repeat(depth) + "└─ ";
      terminal.out().println(branch + chain.get(depth).sentence());
    }
  }

  private String askers(List<Link<DebPackage>> direct) {
    List<String> askers = direct.stream().map(link -> asker(link.asker())).distinct().toList();
    String first =
        askers.stream().limit(all ? askers.size() : 2L * SHOWN).collect(Collectors.joining(", "));
    int more = askers.size() - 2 * SHOWN;
    return all || more <= 0 ? first : first + " and " + more + " more";
  }

  private static String asker(Link.Asker<DebPackage> asker) {
    return switch (asker) {
      case Link.Asker.Wisher<DebPackage>(var wish) ->
          wish.place().isEmpty() ? "every image" : wish.place();
      case Link.Asker.Always<DebPackage> _ -> "every system";
      case Link.Asker.Member<DebPackage>(var pick) -> pick.name();
    };
  }

  private static String words(Loss<DebPackage> loss) {
    List<String> parts = new ArrayList<>();
    if (loss.system()) {
      parts.add("no system");
    }
    if (!loss.wishes().isEmpty()) {
      parts.add(
          loss.wishes().size() == 1
              ? "not the wish " + loss.wishes().getFirst()
              : "not "
                  + loss.wishes().size()
                  + " of the wishes, such as "
                  + loss.wishes().getFirst());
    }
    if (!loss.needing().isEmpty()) {
      parts.add(loss.needing().size() + " packages less that need it");
    }
    if (!loss.orphaned().isEmpty()) {
      parts.add(loss.orphaned().size() + " less that only it asks for");
    }
    return parts.isEmpty() ? "nothing else changes" : String.join(", ", parts);
  }

  /// Why a package is not there: nobody wants it, something shuts it out, or it does not exist.
  private int tellOfAbsent(String lockName, Template loaded, Lock lock, Store store)
      throws IOException, InterruptedException, FailureException {
    List<DebPackage> known;
    String why;
    try (PackageSupply packages = supply.forTemplate(terminal, store, loaded)) {
      PackageCatalog catalog = packages.packages(_ -> {});
      known = catalog.packages(name);
      List<String> providers =
          catalog.providers(name).stream()
              .map(each -> catalog.item(each.position()).name())
              .distinct()
              .toList();
      List<String> here = providers.stream().filter(each -> lock.find(each).isPresent()).toList();
      if (!here.isEmpty()) {
        why = "is a name that " + String.join(", ", here) + " provides";
      } else if (!known.isEmpty()) {
        why = Absence.of(name, known, items(loaded, lock, store)).words();
      } else if (!providers.isEmpty()) {
        why = "is a name that only others provide: " + String.join(", ", providers);
      } else {
        String suggestion = NearNames.suggestion(name, catalog.names());
        why =
            "no archive has a package of this name"
                + (suggestion.isEmpty() ? "" : " (" + suggestion.substring(2) + ")");
      }
    }
    if (json.wanted()) {
      Map<String, Object> answer = new LinkedHashMap<>();
      answer.put("package", name);
      answer.put("pinned", false);
      answer.put("versions", known.stream().map(each -> each.version().toString()).toList());
      answer.put("why", why);
      terminal.out().println(Json.of(answer));
    } else {
      terminal.out().println(name + ": not in " + lockName + ": " + why);
      if (!known.isEmpty()) {
        terminal.out().println("  advice: to have it, add it to systemConfig.packages");
      }
    }
    return ExitCode.FAILED.value();
  }

  private static List<Map<String, Object>> json(List<Link<DebPackage>> links) {
    return links.stream().map(WhyCommand::json).toList();
  }

  private static Map<String, Object> json(Link<DebPackage> link) {
    Map<String, Object> one = new LinkedHashMap<>();
    one.put("asker", asker(link.asker()));
    one.put("kind", link.kind().name().toLowerCase(Locale.ROOT));
    one.put("text", link.text());
    one.put("package", link.member().name());
    one.put("version", link.member().version());
    one.put("firm", link.firm());
    one.put("sentence", link.sentence());
    return one;
  }

  private static Map<String, Object> json(Loss<DebPackage> loss) {
    Map<String, Object> one = new LinkedHashMap<>();
    one.put("system", loss.system());
    one.put("wishes", loss.wishes().stream().map(Object::toString).toList());
    one.put("needing", loss.needing().stream().map(Pick::name).toList());
    one.put("orphaned", loss.orphaned().stream().map(Pick::name).toList());
    return one;
  }
}
