package io.microvisor.cli.terminal;

import picocli.CommandLine.Option;

/// Whether the answer is for machines.
public final class JsonOption {
  @Option(names = "--json", description = "Print the answer as JSON.")
  private boolean json;

  public boolean wanted() {
    return json;
  }
}
