package io.microvisor.cli;

import io.microvisor.cli.terminal.ExitCode;
import io.microvisor.cli.terminal.Terminal;
import io.microvisor.cli.terminal.TerminalWriter;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Where the process begins.
public final class Main {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private Main() {}

  /// Runs one command and exits with its [ExitCode].
  public static void main(String[] arguments) {
    // Numbers and case follow no country's rules, in messages and everywhere else.
    Locale.setDefault(Locale.ROOT);
    TerminalWriter out = TerminalWriter.of(System.out, false);
    TerminalWriter err = TerminalWriter.of(System.err, true);
    StartCache.dropIfUnusable();
    CountDownLatch done = new CountDownLatch(1);
    endProperly(Thread.currentThread(), done);
    int code = run(Terminal.ofThisProcess(out, System.out, err), arguments);
    out.flush();
    err.flush();
    done.countDown();
    System.exit(code);
  }

  /// When the process is told to end (Ctrl-C, SIGTERM, SIGHUP), the command is interrupted and gets time to stop what it
  /// started and to remove what it left; the exit status is the signal's, 130 for Ctrl-C.
  private static void endProperly(Thread command, CountDownLatch done) {
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  if (done.getCount() > 0) {
                    command.interrupt();
                    try {
                      var _ = done.await(PATIENCE.toSeconds(), TimeUnit.SECONDS);
                    } catch (InterruptedException _) {
                      // Whoever is in such a hurry gets it: what is left is swept next time.
                    }
                  }
                },
                "cancelling"));
  }

  /// Runs one command.
  ///
  /// @return the exit code
  public static int run(Terminal terminal, String... arguments) {
    try {
      return EmtCommand.commandLine(terminal, arguments).execute(arguments);
    } catch (OutOfMemoryError _) {
      long heap = Runtime.getRuntime().maxMemory() >> 20;
      terminal
          .err()
          .println(
              "emt: out of memory: Java's heap of "
                  + heap
                  + " MiB is full (expected: room for what is known of all files of the image)");
      terminal.err().println("  advice: set EMT_JAVA_OPTIONS=-Xmx" + 2 * heap + "m");
      return ExitCode.ENVIRONMENT.value();
    }
  }
}
