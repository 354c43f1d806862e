package io.microvisor.cli.compose;

import io.microvisor.bytes.ByteSize;
import io.microvisor.cli.cache.RemoteCache;
import io.microvisor.cli.cache.RemoteCacheOptions;
import io.microvisor.cli.lock.FrozenOption;
import io.microvisor.cli.lock.LockFiles;
import io.microvisor.cli.lock.SupplyOptions;
import io.microvisor.cli.lock.Vendoring;
import io.microvisor.cli.template.TemplateArgument;
import io.microvisor.cli.terminal.ExitCode;
import io.microvisor.cli.terminal.FailureException;
import io.microvisor.cli.terminal.Json;
import io.microvisor.cli.terminal.JsonOption;
import io.microvisor.cli.terminal.Progress;
import io.microvisor.cli.terminal.ProgressOptions;
import io.microvisor.cli.terminal.Terminal;
import io.microvisor.compose.pipeline.Composer;
import io.microvisor.compose.plan.Forecast;
import io.microvisor.compose.plan.StepId;
import io.microvisor.compose.problem.RejectedException;
import io.microvisor.compose.steps.BaseStep;
import io.microvisor.compose.template.Template;
import io.microvisor.packages.fetch.DownloadException;
import io.microvisor.packages.lock.Lock;
import io.microvisor.packages.supply.PackageSupply;
import io.microvisor.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `emt build`.
@Command(
    name = "build",
    mixinStandardHelpOptions = true,
    header = "Builds an image.",
    description = {
      "Makes the lock beside the template if there is none, or brings it in line with the template; fetches the packages it pins, and writes the artifacts to"
          + " build/NAME/. What earlier builds made is reused."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  emt build                        the default edge image",
      "  emt build minimal                another shipped template",
      "  emt build hello.yaml -o out      your own, into out/",
      "  emt build --plan hello.yaml      what would be done, and why",
      "  emt build --frozen hello.yaml    for CI: with the lock as it is, or not at all",
      "  emt build --frozen --offline hello.yaml   without a network, from cache and hello.vendor",
      "  emt build --remote-cache https://cache.example/emt --remote-cache-key ed25519:...   with what others made",
      "  SOURCE_DATE_EPOCH=0 emt build    with another time inside"
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:built",
      "1:a package cannot be had, a script failed, the disk is full ...",
      "3:the template or lock has problems; with --frozen: the lock does not fit",
      "4:this machine lacks something, see \"emt doctor\"",
      "130:cancelled"
    })
public final class BuildCommand implements Callable<Integer> {
  private final Terminal terminal;
  @Mixin private TemplateArgument template = new TemplateArgument();
  @Mixin private SupplyOptions supply = new SupplyOptions();
  @Mixin private RemoteCacheOptions remote = new RemoteCacheOptions();
  @Mixin private FrozenOption frozen = new FrozenOption();
  @Mixin private ProgressOptions progress = new ProgressOptions();
  @Mixin private JsonOption json = new JsonOption();

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FOLDER",
      description = "Where the artifacts go (default: build/NAME).")
  private Optional<Path> output = Optional.empty();

  @Option(
      names = "--vendor",
      paramLabel = "FOLDER",
      description = {
        "Take packages from a folder that \"emt lock --vendor\" filled (default: NAME.vendor beside the lock, if it is"
            + " there)."
      })
  private Optional<Path> vendor = Optional.empty();

  @Option(
      names = "--plan",
      description = "Only tell which steps would run, and why; the lock is made, if need be.")
  private boolean plan;

  /// A command of this world.
  public BuildCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException, InterruptedException, FailureException {
    OptionalLong epoch = epoch(terminal);
    Template loaded = template.load(terminal);
    long started = terminal.nanoTime().getAsLong();
    Optional<RemoteCacheOptions.Remote> elsewhere = remote.remote(terminal);
    try (Store store = Store.open(terminal.cache());
        NativeCode _ = NativeCode.in(store.temporary());
        Progress shown = progress.open(terminal);
        RemoteCache others =
            supply.offline()
                ? RemoteCache.offline(elsewhere, shown)
                : RemoteCache.open(elsewhere, SupplyOptions.network(terminal), store, shown)) {
      LockFiles files = new LockFiles(terminal, template, shown);
      Lock lock = frozen.wanted() ? files.frozen(loaded) : files.ready(loaded, store, supply);
      Vendoring vendoring = new Vendoring(terminal, template, supply, store, shown);
      try (PackageSupply packages = vendoring.supply(loaded, lock, vendor)) {
        Composer composer = new Composer(store, packages, others.results(), shown);
        if (plan) {
          report(composer.forecast(loaded, lock, epoch));
          return ExitCode.OK.value();
        }
        List<Path> artifacts = composer.build(loaded, lock, folder(loaded), epoch);
        shown.clear();
        report(loaded, artifacts, terminal.nanoTime().getAsLong() - started);
        others.finish();
      } catch (DownloadException e) {
        throw vendoring.missing(files.name(), lock, e);
      }
    }
    return ExitCode.OK.value();
  }

  private Path folder(Template loaded) {
    return terminal
        .workingDirectory()
        .resolve(output.orElse(Path.of("build", loaded.image().name())));
  }

  /// What a build is made from, as the arguments name it.
  public record Wishes(TemplateArgument template, SupplyOptions supply, Optional<Path> vendor) {}

  /// What was asked for.
  public Wishes wishes() {
    return new Wishes(template, supply, vendor);
  }

  private void report(Template loaded, List<Path> artifacts, long nanos) throws IOException {
    if (json.wanted()) {
      Map<String, Object> answer = new LinkedHashMap<>();
      answer.put("name", loaded.image().name());
      answer.put("version", loaded.image().version());
      answer.put("artifacts", artifacts.stream().map(Path::toString).toList());
      terminal.out().println(Json.of(answer));
      return;
    }
    for (Path artifact : artifacts) {
      terminal
          .out()
          .println(
              terminal.workingDirectory().relativize(artifact)
                  + "  "
                  + new ByteSize(Files.size(artifact)));
    }
    terminal.out().flush();
    terminal.err().println("built in " + Progress.seconds(nanos));
  }

  private void report(List<Forecast> forecasts) {
    if (json.wanted()) {
      terminal.out().println(Json.of(forecasts.stream().map(BuildCommand::json).toList()));
      return;
    }
    for (Forecast each : forecasts) {
      String name = "%-16s  ".formatted(each.step());
      switch (each) {
        case Forecast.Reused _ -> terminal.out().println(name + "cached");
        case Forecast.Fetched _ -> terminal.out().println(name + "in the remote cache");
        case Forecast.Waits waits -> terminal.out().println(name + "waits for " + words(waits));
        case Forecast.Runs runs -> {
          terminal.out().println(name + "runs: " + runs.reasons().getFirst());
          runs.reasons().stream()
              .skip(1)
              .forEach(reason -> terminal.out().println(" ".repeat(24) + reason));
        }
      }
    }
  }

  private static String words(Forecast.Waits waits) {
    return waits.on().stream().map(StepId::name).collect(Collectors.joining(", "));
  }

  private static Map<String, Object> json(Forecast forecast) {
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("step", forecast.step().name());
    switch (forecast) {
      case Forecast.Reused _ -> answer.put("state", "cached");
      case Forecast.Fetched _ -> answer.put("state", "remote");
      case Forecast.Runs runs -> {
        answer.put("state", "runs");
        answer.put("reasons", runs.reasons());
      }
      case Forecast.Waits waits -> {
        answer.put("state", "waits");
        answer.put("on", waits.on().stream().map(StepId::name).toList());
      }
    }
    return answer;
  }

  /// `SOURCE_DATE_EPOCH` (reproducible-builds.org), if it is set.
  public static OptionalLong epoch(Terminal terminal) throws FailureException {
    Optional<String> text = terminal.variable("SOURCE_DATE_EPOCH");
    if (text.isEmpty()) {
      return OptionalLong.empty();
    }
    if (!text.get().matches("\\d{1,11}")) {
      throw new FailureException(
          ExitCode.USAGE,
          "SOURCE_DATE_EPOCH=" + text.get() + ": no time (expected: seconds since 1970)");
    }
    return OptionalLong.of(Long.parseLong(text.get()));
  }
}
