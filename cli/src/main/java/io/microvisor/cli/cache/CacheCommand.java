package io.microvisor.cli.cache;

import io.microvisor.bytes.ByteSize;
import io.microvisor.cli.terminal.ByteSizeConverter;
import io.microvisor.cli.terminal.ExitCode;
import io.microvisor.cli.terminal.FailureException;
import io.microvisor.cli.terminal.Json;
import io.microvisor.cli.terminal.JsonOption;
import io.microvisor.cli.terminal.Terminal;
import io.microvisor.compose.remote.SigningKey;
import io.microvisor.packages.toolroot.ToolRoots;
import io.microvisor.store.Retention;
import io.microvisor.store.Store;
import io.microvisor.store.Usage;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.Period;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/// `emt cache`.
@Command(
    name = "cache",
    mixinStandardHelpOptions = true,
    header = "Shows and cleans what builds keep.",
    description = {
      "Downloads, unpacked packages, what each step made, and tools lie in EMT_CACHE, else"
          + " XDG_CACHE_HOME/emt, else ~/.cache/emt. Nothing in there is needed for long: whatever"
          + " is missing is fetched or made again."
    },
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {CacheCommand.Show.class, CacheCommand.Prune.class, CacheCommand.Key.class})
public final class CacheCommand {
  private CacheCommand() {}

  private static ToolRoots toolRoots(Terminal terminal) throws FailureException {
    return new ToolRoots(terminal.cache().resolve("toolroots"));
  }

  /// `emt cache info`.
  @Command(
      name = "info",
      mixinStandardHelpOptions = true,
      header = "Tells where the cache is and what it holds.",
      footerHeading = "%nExamples:%n",
      footer = {"  emt cache info", "  emt cache info --json"})
  public static final class Show implements Callable<Integer> {
    private final Terminal terminal;
    @Mixin private JsonOption json = new JsonOption();

    /// A command of this world.
    public Show(Terminal terminal) {
      this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException, FailureException {
      Optional<RemoteCacheOptions.Remote> remote = RemoteCacheOptions.ofEnvironment(terminal);
      List<Usage> all = Store.usage(terminal.cache());
      ToolRoots.Amount tools = toolRoots(terminal).amount();
      ByteSize total =
          new ByteSize(
              all.stream().mapToLong(each -> each.size().bytes()).sum() + tools.size().bytes());
      if (json.wanted()) {
        printJson(all, tools, total, remote);
      } else {
        print(all, tools, total);
        remote.ifPresent(each -> terminal.out().println("remote cache " + each));
      }
      return ExitCode.OK.value();
    }

    private void print(List<Usage> all, ToolRoots.Amount tools, ByteSize total)
        throws FailureException {
      terminal.out().println(terminal.cache());
      for (Usage each : all) {
        terminal
            .out()
            .println("  %-30s %7d  %10s".formatted(words(each.kind()), each.count(), each.size()));
      }
      terminal
          .out()
          .println("  %-30s %7d  %10s".formatted("tools to run", tools.count(), tools.size()));
      terminal.out().println("  %-30s %7s  %10s".formatted("together", "", total));
    }

    private void printJson(
        List<Usage> all,
        ToolRoots.Amount tools,
        ByteSize total,
        Optional<RemoteCacheOptions.Remote> remote)
        throws FailureException {
      List<Object> kinds = new ArrayList<>();
      for (Usage each : all) {
        kinds.add(kind(each.kind().name().toLowerCase(Locale.ROOT), each.count(), each.size()));
      }
      kinds.add(kind("toolroots", tools.count(), tools.size()));
      Map<String, Object> answer = new LinkedHashMap<>();
      answer.put("directory", terminal.cache().toString());
      answer.put("bytes", total.bytes());
      answer.put("kinds", kinds);
      remote.ifPresent(each -> answer.put("remote", each.toString()));
      terminal.out().println(Json.of(answer));
    }

    private static Map<String, Object> kind(String name, long count, ByteSize size) {
      Map<String, Object> kind = new LinkedHashMap<>();
      kind.put("kind", name);
      kind.put("count", count);
      kind.put("bytes", size.bytes());
      return kind;
    }

    private static String words(Usage.Kind kind) {
      return switch (kind) {
        case FILES -> "downloads and parts of images";
        case PACKS -> "unpacked packages";
        case CONTENTS -> "trees and made files";
        case ACTIONS -> "remembered results";
        case PARTIAL -> "unfinished downloads";
      };
    }
  }

  /// `emt cache prune`.
  @Command(
      name = "prune",
      mixinStandardHelpOptions = true,
      header = "Removes what was not used for long.",
      description = {
        "Removes what was not used for 30 days, or as the options say. What a running build uses"
            + " stays, whatever they say."
      },
      footerHeading = "%nExamples:%n",
      footer = {
        "  emt cache prune                       what was not used for 30 days",
        "  emt cache prune --unused-for 7d       or for a week",
        "  emt cache prune --max-size 20GiB      the longest unused, until the rest is this small",
        "  emt cache prune --all --dry-run       tell what removing everything would free"
      })
  public static final class Prune implements Callable<Integer> {
    private static final Period USUAL = Period.ofDays(30);

    private final Terminal terminal;
    @Mixin private JsonOption json = new JsonOption();

    @Option(
        names = "--unused-for",
        paramLabel = "TIME",
        converter = Days.class,
        description = "Remove what was not used for as long: 12d, 3w.")
    private Optional<Period> unusedFor = Optional.empty();

    @Option(
        names = "--max-size",
        paramLabel = "SIZE",
        converter = MostKept.class,
        description = "Remove the longest unused until the rest is at most as large: 20GiB.")
    private Optional<ByteSize> most = Optional.empty();

    @Option(names = "--all", description = "Remove everything.")
    private boolean all;

    @Option(names = "--dry-run", description = "Only tell what would be removed.")
    private boolean dryRun;

    /// A command of this world.
    public Prune(Terminal terminal) {
      this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException, FailureException {
      try (Store store = Store.open(terminal.cache())) {
        Retention retention = retention();
        ToolRoots roots = toolRoots(terminal);
        long before = roots.amount().size().bytes();
        ToolRoots.Amount tools = roots.prune(retention, !dryRun);
        // What the tools take of the whole is no longer there for the rest.
        long room = Math.max(0, retention.most().bytes() - before + tools.size().bytes());
        Usage.Pruned files =
            store.prune(new Retention(retention.usedSince(), new ByteSize(room)), !dryRun);
        Usage.Pruned pruned =
            new Usage.Pruned(
                files.count() + tools.count(),
                new ByteSize(files.size().bytes() + tools.size().bytes()));
        if (json.wanted()) {
          Map<String, Object> answer = new LinkedHashMap<>();
          answer.put("count", pruned.count());
          answer.put("bytes", pruned.size().bytes());
          answer.put("removed", !dryRun);
          terminal.out().println(Json.of(answer));
        } else {
          String what = dryRun ? "would remove" : "removed";
          terminal.out().println(what + " " + pruned.count() + " files, " + pruned.size());
        }
      }
      return ExitCode.OK.value();
    }

    private Retention retention() {
      if (all) {
        return Retention.NOTHING;
      }
      if (unusedFor.isEmpty() && most.isPresent()) {
        return Retention.most(most.get());
      }
      Period age = unusedFor.orElse(USUAL);
      Instant since = terminal.now().get().atOffset(ZoneOffset.UTC).minus(age).toInstant();
      return new Retention(since, most.orElse(new ByteSize(Long.MAX_VALUE)));
    }
  }

  /// `emt cache key`.
  @Command(
      name = "key",
      mixinStandardHelpOptions = true,
      header = "Makes or shows the key that signs what goes to a remote cache.",
      description = {
        "The file holds both halves and stays with who writes to the cache. What is printed is the public half, for"
            + " --remote-cache-key of everybody who reads."
      },
      footerHeading = "%nExamples:%n",
      footer = {
        "  emt cache key --new cache.key     make one, readable by nobody else",
        "  emt cache key cache.key           print its public half"
      })
  public static final class Key implements Callable<Integer> {
    private final Terminal terminal;

    @Option(names = "--new", description = "Make the key; the file must not be there.")
    private boolean make;

    @Parameters(paramLabel = "FILE", description = "The file with the key, mode 0600.")
    private Path file = Path.of("");

    /// A command of this world.
    public Key(Terminal terminal) {
      this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException, FailureException {
      Path path = terminal.workingDirectory().resolve(file).normalize();
      if (path.startsWith(terminal.cache())) {
        throw new FailureException(
            ExitCode.USAGE,
            path + ": in the cache (expected: a place that is not cleaned or copied)");
      }
      SigningKey key = make ? KeyFile.create(path) : KeyFile.read(path);
      terminal.out().println(key.publicKey());
      return ExitCode.OK.value();
    }
  }

  /// What may be left of the cache.
  static final class MostKept extends ByteSizeConverter {
    MostKept() {
      super(new ByteSize(0), "20GiB");
    }
  }

  /// Times as options.
  static final class Days implements ITypeConverter<Period> {
    private static final Pattern TEXT = Pattern.compile("(\\d{1,4})([dw])");

    @Override
    public Period convert(String text) {
      Matcher matcher = TEXT.matcher(text);
      if (!matcher.matches()) {
        throw new TypeConversionException(
            "\"" + text + "\" (expected: days or weeks, such as 12d or 3w)");
      }
      int number = Integer.parseInt(matcher.group(1));
      return matcher.group(2).equals("d") ? Period.ofDays(number) : Period.ofWeeks(number);
    }
  }
}
