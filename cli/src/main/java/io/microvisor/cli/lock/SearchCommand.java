package io.microvisor.cli.lock;

import io.microvisor.bytes.FormatException;
import io.microvisor.cli.template.TemplateArgument;
import io.microvisor.cli.terminal.ExitCode;
import io.microvisor.cli.terminal.FailureException;
import io.microvisor.cli.terminal.Json;
import io.microvisor.cli.terminal.JsonOption;
import io.microvisor.cli.terminal.Printable;
import io.microvisor.cli.terminal.Progress;
import io.microvisor.cli.terminal.ProgressOptions;
import io.microvisor.cli.terminal.Terminal;
import io.microvisor.compose.template.Template;
import io.microvisor.packages.catalog.SearchHit;
import io.microvisor.packages.deb.DebVersion;
import io.microvisor.packages.lock.Lock;
import io.microvisor.packages.supply.PackageSupply;
import io.microvisor.store.Store;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `emt search`.
@Command(
    name = "search",
    mixinStandardHelpOptions = true,
    header = "Finds packages by words.",
    description = {
      "Packages in the repositories of a template whose name or summary has all the words, the best first. An asterisk"
          + " marks those that the template's lock pins."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  emt search container runtime",
      "  emt search --template hello.yaml modbus",
      "  emt search --json wireguard | jq -r '.[].name'"
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:found", "1:nothing found, or an archive cannot be read"})
public final class SearchCommand implements Callable<Integer> {
  private static final int SHOWN = 40;
  private static final int WIDEST = 40;

  private final Terminal terminal;

  @Parameters(arity = "1..*", paramLabel = "WORD", description = "What to look for.")
  private List<String> words = new ArrayList<>();

  @Option(
      names = {"-t", "--template"},
      paramLabel = "TEMPLATE",
      defaultValue = TemplateArgument.DEFAULT,
      description = "In whose repositories (default: ${DEFAULT-VALUE}).")
  private String template = TemplateArgument.DEFAULT;

  @Option(
      names = "--all",
      description = "Show all that was found, not only the best " + SHOWN + ".")
  private boolean all;

  @Mixin private SupplyOptions supply = new SupplyOptions();
  @Mixin private ProgressOptions progress = new ProgressOptions();
  @Mixin private JsonOption json = new JsonOption();

  /// A command of this world.
  public SearchCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException, InterruptedException, FailureException {
    TemplateArgument argument = new TemplateArgument(template);
    Template loaded = argument.load(terminal);
    try (Store store = Store.open(terminal.cache());
        Progress shown = progress.open(terminal);
        PackageSupply packages = supply.forTemplate(terminal, store, loaded)) {
      List<Found> found = Found.of(packages.packages(_ -> {}).search(words));
      Optional<Lock> lock = new LockFiles(terminal, argument, shown).read();
      shown.clear();
      if (json.wanted()) {
        terminal.out().println(Json.of(found.stream().map(each -> json(each, lock)).toList()));
      } else {
        show(found, lock);
      }
      return (found.isEmpty() ? ExitCode.FAILED : ExitCode.OK).value();
    }
  }

  /// What was found of one name.
  ///
  /// @param newest the hit with the highest version
  /// @param all one for each archive that has it
  private record Found(SearchHit newest, List<SearchHit> all) {
    /// Hits by name, in the order in which the names come first.
    static List<Found> of(List<SearchHit> hits) {
      SequencedMap<String, List<SearchHit>> byName = new LinkedHashMap<>();
      hits.forEach(hit -> byName.computeIfAbsent(hit.name(), _ -> new ArrayList<>()).add(hit));
      return byName.values().stream().map(all -> new Found(newest(all), all)).toList();
    }

    private static SearchHit newest(List<SearchHit> all) {
      SearchHit newest = all.getFirst();
      for (SearchHit each : all) {
        newest = version(each).compareTo(version(newest)) > 0 ? each : newest;
      }
      return newest;
    }

    private static DebVersion version(SearchHit hit) {
      try {
        return DebVersion.parse(hit.version());
      } catch (FormatException e) {
        throw new IllegalStateException("an index that was read holds " + hit, e);
      }
    }

    String text() {
      String archives =
          all.stream()
              .map(hit ->
                  hit.version().equals(newest.version())
                      ? hit.origin().toString()
                      : hit.origin() + " " + hit.version())
              .distinct()
              .collect(Collectors.joining(", ", "  (", ")"));
      return newest.version() + "  " + newest.summary() + (all.size() > 1 ? archives : "");
    }
  }

  private void show(List<Found> found, Optional<Lock> lock) {
    int most = all ? found.size() : Math.min(SHOWN, found.size());
    int width =
        found.subList(0, most).stream()
            .mapToInt(each -> each.newest().name().length())
            .max()
            .orElse(1);
    for (Found each : found.subList(0, most)) {
      terminal
          .out()
          .println(
              "%s %-*s  %s"
                  .replace("*", Integer.toString(Math.min(width, WIDEST)))
                  .formatted(
                      isPinned(each, lock) ? "*" : " ",
                      Printable.text(each.newest().name()),
                      Printable.text(each.text()))
                  .stripTrailing());
    }
    if (most < found.size()) {
      terminal.out().println("... and " + (found.size() - most) + " more (--all)");
    } else if (found.isEmpty()) {
      terminal.err().println("no package has all of these words: " + String.join(" ", words));
    }
  }

  private static boolean isPinned(Found found, Optional<Lock> lock) {
    return found.all().stream().anyMatch(hit -> isPinned(hit, lock));
  }

  private static boolean isPinned(SearchHit hit, Optional<Lock> lock) {
    return lock.flatMap(each -> each.find(hit.name()))
        .map(pin -> pin.version().toString().equals(hit.version()))
        .orElse(false);
  }

  private static Map<String, Object> json(Found found, Optional<Lock> lock) {
    Map<String, Object> one = new LinkedHashMap<>();
    one.put("name", found.newest().name());
    one.put("version", found.newest().version());
    one.put("summary", found.newest().summary());
    one.put("origin", found.newest().origin().origin());
    one.put("suite", found.newest().origin().suite());
    one.put("component", found.newest().origin().component());
    one.put("pinned", isPinned(found, lock));
    one.put("archives", found.all().stream().map(SearchCommand::archive).toList());
    return one;
  }

  private static Map<String, Object> archive(SearchHit hit) {
    Map<String, Object> one = new LinkedHashMap<>();
    one.put("origin", hit.origin().origin());
    one.put("suite", hit.origin().suite());
    one.put("component", hit.origin().component());
    one.put("version", hit.version());
    return one;
  }
}
