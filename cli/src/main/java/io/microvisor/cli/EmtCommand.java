package io.microvisor.cli;

import io.microvisor.compose.template.RejectedException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
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
    subcommands = {
      InitCommand.class,
      BuildCommand.class,
      ValidateCommand.class,
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
      CommandLine.HelpCommand.class
    },
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
final class EmtCommand {
  private EmtCommand() {}

  /// The command line, ready to execute.
  static CommandLine commandLine(Terminal terminal) {
    CommandLine line = new CommandLine(new EmtCommand(), factory(terminal));
    line.setOut(terminal.out());
    line.setErr(terminal.err());
    line.setUsageHelpAutoWidth(true);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setParameterExceptionHandler(EmtCommand::wrongUsage);
    line.setExecutionExceptionHandler((e, command, _) -> failed(e, command.getErr()));
    return line;
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
    err.println("emt: " + e.getMessage());
    if (!CommandLine.UnmatchedArgumentException.printSuggestions(e, err)) {
      err.println("  advice: see \"" + command.getCommandSpec().qualifiedName() + " --help\"");
    }
    return ExitCode.USAGE.value();
  }

  private static int failed(Exception e, PrintWriter err) {
    if (wasCancelled(e)) {
      err.println("emt: cancelled");
      return ExitCode.INTERRUPTED.value();
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
        err.println("emt: " + message(io));
        yield ExitCode.FAILED.value();
      }
      default -> {
        err.println("emt: this is a defect of emt; please report it with what follows");
        e.printStackTrace(err);
        yield ExitCode.BUG.value();
      }
    };
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

  /// The JDK's file exceptions have the path as their whole message.
  static String message(IOException e) {
    return switch (e) {
      case NoSuchFileException missing -> missing.getFile() + ": no such file";
      case AccessDeniedException denied -> denied.getFile() + ": permission denied";
      case FileSystemException other -> String.valueOf(other.getMessage());
      default -> e.getMessage() == null ? e.toString() : e.getMessage();
    };
  }
}
