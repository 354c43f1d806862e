package io.microvisor.cli;

import io.microvisor.bytes.files.FullDiskException;
import io.microvisor.cli.cache.CacheCommand;
import io.microvisor.cli.compose.BuildCommand;
import io.microvisor.cli.compose.DebugCommand;
import io.microvisor.cli.host.DoctorCommand;
import io.microvisor.cli.image.CatCommand;
import io.microvisor.cli.image.ExtractCommand;
import io.microvisor.cli.image.InspectCommand;
import io.microvisor.cli.image.LsCommand;
import io.microvisor.cli.lock.DiffCommand;
import io.microvisor.cli.lock.LockCommand;
import io.microvisor.cli.lock.SearchCommand;
import io.microvisor.cli.lock.WhyCommand;
import io.microvisor.cli.run.RunCommand;
import io.microvisor.cli.template.ConfigCommand;
import io.microvisor.cli.template.InitCommand;
import io.microvisor.cli.template.ResolveCommand;
import io.microvisor.cli.template.ValidateCommand;
import io.microvisor.cli.terminal.ExitCode;
import io.microvisor.cli.terminal.FailureException;
import io.microvisor.cli.terminal.Terminal;
import io.microvisor.compose.problem.RejectedException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/// The root command.
@Command(
    name = "emt",
    mixinStandardHelpOptions = true,
    version = "emt 0.1.0",
    header = "Composes immutable Linux operating system images, and runs them.",
    synopsisSubcommandLabel = "COMMAND",
    footerHeading = "%nExamples:%n",
    footer = {
      "  emt build                  build the default edge image",
      "  emt run                    boot what was built last",
      "  emt init                   write a first template into an empty folder",
      "  emt build hello.yaml       build it",
      "  emt ls build/hello/*.raw /etc   look into the image",
      "  emt why libssl3t64 hello.yaml   who brought this package in?",
      "",
      "\"emt COMMAND --help\" tells more about a command."
    })
public final class EmtCommand {
  /// The commands in the order of the help. `NameCommand` is called `name`.
  private static final List<Class<?>> COMMANDS =
      List.of(
          InitCommand.class,
          BuildCommand.class,
          ValidateCommand.class,
          ConfigCommand.class,
          ResolveCommand.class,
          LockCommand.class,
          DebugCommand.class,
          DiffCommand.class,
          WhyCommand.class,
          SearchCommand.class,
          RunCommand.class,
          InspectCommand.class,
          LsCommand.class,
          CatCommand.class,
          ExtractCommand.class,
          CacheCommand.class,
          DoctorCommand.class,
          CompletionCommand.class,
          CommandLine.HelpCommand.class);

  private static final Set<String> ASK_FOR_HELP = Set.of("-h", "--help", "-V", "--version");

  private EmtCommand() {}

  /// The command line, ready to execute these arguments.
  ///
  /// It knows what they need, because describing all commands to picocli takes longer than most of them run: the command
  /// that is named first is alone there; where none is, as in help, all are there by name and header.
  static CommandLine commandLine(Terminal terminal, String... arguments) {
    CommandLine.IFactory factory = factory(terminal);
    CommandLine line = new CommandLine(new EmtCommand(), factory);
    boolean general =
        arguments.length == 0 || (arguments.length == 1 && ASK_FOR_HELP.contains(arguments[0]));
    Optional<Class<?>> named =
        COMMANDS.stream()
            .filter(type -> arguments.length > 0 && name(type).equals(arguments[0]))
            .filter(
                type -> type != CompletionCommand.class && type != CommandLine.HelpCommand.class)
            .findFirst();
    if (named.isPresent()) {
      line.addSubcommand(name(named.get()), new CommandLine(named.get(), factory));
    } else {
      for (Class<?> type : COMMANDS) {
        line.addSubcommand(
            name(type),
            general ? new CommandLine(headline(type), factory) : new CommandLine(type, factory));
      }
    }
    line.setOut(terminal.out().own());
    line.setErr(terminal.err());
    line.setUsageHelpAutoWidth(true);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setParameterExceptionHandler(EmtCommand::wrongUsage);
    line.setExecutionStrategy(parsed -> {
      ExclusiveOptions.check(parsed);
      return new CommandLine.RunLast().execute(parsed);
    });
    line.setExecutionExceptionHandler((e, command, _) -> failed(e, command, terminal));
    return line;
  }

  private static String name(Class<?> type) {
    return type.getSimpleName().replaceFirst("Command$", "").toLowerCase(Locale.ROOT);
  }

  /// As much of a command as the list of commands shows.
  private static CommandLine.Model.CommandSpec headline(Class<?> type) {
    CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();
    spec.usageMessage().header(Objects.requireNonNull(type.getAnnotation(Command.class)).header());
    return spec;
  }

  /// Commands get the terminal through their constructor.
  private static CommandLine.IFactory factory(Terminal terminal) {
    return new CommandLine.IFactory() {
      @Override
      public <K> K create(Class<K> type) throws Exception {
        try {
          return type.cast(type.getDeclaredConstructor(Terminal.class).newInstance(terminal));
        } catch (NoSuchMethodException _) {
          return CommandLine.defaultFactory().create(type);
        }
      }
    };
  }

  private static int wrongUsage(CommandLine.ParameterException e, String[] arguments) {
    CommandLine command = e.getCommandLine();
    PrintWriter err = command.getErr();
    err.println("emt: " + UsageMessage.of(e));
    err.println("  advice: see \"" + command.getCommandSpec().qualifiedName() + " --help\"");
    return ExitCode.USAGE.value();
  }

  private static int failed(Exception e, CommandLine command, Terminal terminal) {
    PrintWriter err = command.getErr();
    if (wasCancelled(e)) {
      err.println("emt: cancelled");
      return ExitCode.INTERRUPTED.value();
    }
    Optional<FullDiskException> full = FullDiskException.behind(e);
    if (full.isPresent()) {
      err.println("emt: " + message(full.get(), command.getCommandSpec(), terminal));
      return ExitCode.FAILED.value();
    }
    return switch (e) {
      case RejectedException rejected -> {
        rejected.problems().forEach(err::println);
        yield ExitCode.PROBLEMS.value();
      }
      case FailureException failure -> {
        err.println("emt: " + failure.getMessage());
        yield failure.code().value();
      }
      case IOException io -> {
        err.println("emt: " + FailureException.message(io));
        yield ExitCode.FAILED.value();
      }
      default -> {
        err.println("emt: this is a defect of emt; please report it with what follows");
        e.printStackTrace(err);
        yield ExitCode.BUG.value();
      }
    };
  }

  /// Which disk is full, and what to do about that one.
  private static String message(
      FullDiskException full, CommandLine.Model.CommandSpec command, Terminal terminal) {
    Optional<Path> cache = cache(terminal).filter(folder -> isBelow(folder, full.folder()));
    String advice =
        cache.isPresent()
            ? "emt cache prune (with --all: everything), or EMT_CACHE=/another/folder"
            : command.findOption("--output") == null
                ? "free some room there"
                : "free some room there, or --output /another/folder";
    return cache.orElseGet(full::folder) + ": " + full.what() + "\n  advice: " + advice;
  }

  private static Optional<Path> cache(Terminal terminal) {
    try {
      return Optional.of(terminal.cache().toAbsolutePath());
    } catch (FailureException _) {
      return Optional.empty(); // Then it is another folder that is full.
    }
  }

  private static boolean isBelow(Path folder, Path inside) {
    try {
      return inside.startsWith(folder) || inside.startsWith(folder.toRealPath());
    } catch (IOException _) {
      return false; // It was not made yet.
    }
  }

  /// An interrupt shows as what it interrupted: waiting, a file, a step on another thread.
  private static boolean wasCancelled(Exception e) {
    boolean cancelled = Thread.currentThread().isInterrupted();
    for (Throwable at = e; at != null; at = at.getCause()) {
      cancelled |=
          at instanceof InterruptedException
              || at instanceof ClosedByInterruptException
              || at instanceof CancellationException;
    }
    return cancelled;
  }
}
