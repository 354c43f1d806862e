package io.microvisor.cli;

import picocli.CommandLine.Option;

/// Whether the answer is for machines.
final class JsonOption {
  @Option(names = "--json", description = "Print the answer as JSON.")
  private boolean json;

  boolean wanted() {
    return json;
  }
}
