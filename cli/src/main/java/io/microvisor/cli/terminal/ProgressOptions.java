package io.microvisor.cli.terminal;

import picocli.CommandLine.Option;

/// How much is shown while a command works.
public final class ProgressOptions {
  @Option(
      names = {"-q", "--quiet"},
      description = "Show nothing but errors and the result.")
  private boolean quiet;

  @Option(
      names = {"-v", "--verbose"},
      description = "Show what package scripts say.")
  private boolean verbose;

  /// A display on the error stream.
  public Progress open(Terminal terminal) {
    Progress.Style style =
        quiet
            ? Progress.Style.QUIET
            : terminal.interactive() ? Progress.Style.LIVE : Progress.Style.PLAIN;
    return new Progress(terminal.err(), style, verbose, terminal.nanoTime());
  }
}
