package io.microvisor.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/// Where the process begins.
public final class Main {
  private Main() {}

  /// Runs one command and exits with its [ExitCode].
  public static void main(String[] arguments) {
    // Numbers and case follow no country's rules, in messages and everywhere else.
    Locale.setDefault(Locale.ROOT);
    PrintWriter out = new PrintWriter(System.out, false, StandardCharsets.UTF_8);
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    StartCache.dropIfUnusable();
    int code = run(Terminal.ofThisProcess(out, System.out, err), arguments);
    out.flush();
    err.flush();
    System.exit(code);
  }

  /// Runs one command.
  ///
  /// @return the exit code
  static int run(Terminal terminal, String... arguments) {
    return EmtCommand.commandLine(terminal, arguments).execute(arguments);
  }
}
