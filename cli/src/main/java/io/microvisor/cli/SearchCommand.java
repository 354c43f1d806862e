package io.microvisor.cli;

import io.microvisor.compose.template.Template;
import io.microvisor.packages.catalog.SearchHit;
import io.microvisor.packages.lock.Lock;
import io.microvisor.packages.supply.PackageSupply;
import io.microvisor.store.Store;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
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
final class SearchCommand implements Callable<Integer> {
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

  SearchCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException, InterruptedException, FailureException {
    TemplateArgument argument = new TemplateArgument(template);
    Template loaded = argument.load(terminal);
    try (Store store = Store.open(terminal.cache());
        Progress shown = progress.open(terminal);
        PackageSupply packages = supply.forTemplate(terminal, store, loaded)) {
      List<SearchHit> found = packages.packages(_ -> {}).search(words);
      Optional<Lock> lock = new LockFiles(terminal, argument, shown).read();
      shown.clear();
      if (json.wanted()) {
        terminal.out().println(Json.of(found.stream().map(hit -> json(hit, lock)).toList()));
      } else {
        show(found, lock);
      }
      return (found.isEmpty() ? ExitCode.FAILED : ExitCode.OK).value();
    }
  }

  private void show(List<SearchHit> found, Optional<Lock> lock) {
    int most = all ? found.size() : Math.min(SHOWN, found.size());
    int width =
        found.subList(0, most).stream().mapToInt(hit -> hit.name().length()).max().orElse(1);
    for (SearchHit hit : found.subList(0, most)) {
      terminal
          .out()
          .println(
              "%s %-*s  %s"
                  .replace("*", Integer.toString(Math.min(width, WIDEST)))
                  .formatted(
                      isPinned(hit, lock) ? "*" : " ",
                      Printable.text(hit.name()),
                      Printable.text(hit.version() + "  " + hit.summary()))
                  .stripTrailing());
    }
    if (most < found.size()) {
      terminal.out().println("... and " + (found.size() - most) + " more (--all)");
    } else if (found.isEmpty()) {
      terminal.err().println("no package has all of these words: " + String.join(" ", words));
    }
  }

  private static boolean isPinned(SearchHit hit, Optional<Lock> lock) {
    return lock.flatMap(each -> each.find(hit.name()))
        .map(pin -> pin.version().toString().equals(hit.version()))
        .orElse(false);
  }

  private static Map<String, Object> json(SearchHit hit, Optional<Lock> lock) {
    Map<String, Object> one = new LinkedHashMap<>();
    one.put("name", hit.name());
    one.put("version", hit.version());
    one.put("summary", hit.summary());
    one.put("origin", hit.origin().origin());
    one.put("suite", hit.origin().suite());
    one.put("component", hit.origin().component());
    one.put("pinned", isPinned(hit, lock));
    return one;
  }
}
