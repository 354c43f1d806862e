package io.microvisor.cli;

import java.util.List;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/// Options that contradict each other: of each group a command takes at most one, for any other would be ignored without a
/// word.
final class ExclusiveOptions {
  /// The groups; each holds for every command that knows two of its options.
  static final List<List<String>> GROUPS =
      List.of(
          List.of("--verify", "--boot", "--layout", "--size"), // inspect
          List.of("--verify", "--boot", "--layout", "--html"), // which may go with --size
          List.of("--plan", "--output"), // build
          List.of("--frozen", "--update"), // lock
          List.of("--fetch", "--vendor"),
          List.of("--time", "--ssh"), // run
          List.of("--virtual-time", "--processors"),
          List.of("--all", "--unused-for"), // cache prune
          List.of("--all", "--max-size"),
          List.of("--quiet", "--verbose"));

  private ExclusiveOptions() {}

  /// Looks at the command that is to run.
  ///
  /// @throws ParameterException if it is asked for two things that exclude each other
  static void check(ParseResult parsed) {
    ParseResult command = parsed;
    while (command.hasSubcommand()) {
      command = command.subcommand();
    }
    for (List<String> group : GROUPS) {
      List<String> given = group.stream().filter(command::hasMatchedOption).toList();
      if (given.size() > 1) {
        throw new ParameterException(
            command.commandSpec().commandLine(),
            "%s and %s exclude each other (expected: one of them)"
                .formatted(given.get(0), given.get(1)));
      }
    }
  }
}
