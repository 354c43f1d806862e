package io.microvisor.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.cli.terminal.ExitCode;
import io.microvisor.cli.terminal.TestTerminal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

class ExclusiveOptionsTest {
  @TempDir private Path folder;

  /// Two options that exclude each other, of a command that has both.
  record Pair(List<String> command, int parameters, OptionSpec one, OptionSpec other) {
    List<String> arguments() {
      List<String> all = new ArrayList<>(command);
      for (OptionSpec each : List.of(one, other)) {
        all.add(each.longestName());
        if (each.arity().min() > 0) {
          all.add(value(each));
        }
      }
      all.addAll(Collections.nCopies(parameters, "x"));
      return all;
    }

    private static String value(OptionSpec option) {
      return switch (option.longestName()) {
        case "--unused-for" -> "3d";
        case "--max-size" -> "1GiB";
        default -> "1";
      };
    }

    @Override
    public String toString() {
      return String.join(" ", arguments());
    }
  }

  private static Stream<Pair> pairs() {
    CommandLine all =
        EmtCommand.commandLine(new TestTerminal(Path.of("/nowhere")).terminal(), "help", "all");
    List<Pair> pairs = new ArrayList<>();
    collect(all, List.of(), pairs);
    return pairs.stream();
  }

  private static void collect(CommandLine line, List<String> path, List<Pair> into) {
    CommandSpec spec = line.getCommandSpec();
    int required =
        Math.toIntExact(
            spec.positionalParameters().stream().filter(each -> each.required()).count());
    for (List<String> group : ExclusiveOptions.GROUPS) {
      List<OptionSpec> known =
          group.stream().map(spec::findOption).filter(each -> each != null).toList();
      for (int i = 0; i < known.size(); i++) {
        for (int j = i + 1; j < known.size(); j++) {
          into.add(new Pair(path, required, known.get(i), known.get(j)));
        }
      }
    }
    line.getSubcommands()
        .forEach((name, command) -> {
          List<String> longer = new ArrayList<>(path);
          longer.add(name);
          collect(command, longer, into);
        });
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void refusesTwoOptionsOfWhichOneWouldBeIgnored(Pair pair) {
    TestTerminal terminal = new TestTerminal(folder);

    assertThat(terminal.run(pair.arguments().toArray(String[]::new)))
        .isEqualTo(ExitCode.USAGE.value());

    assertThat(terminal.err.toString())
        .startsWith(
            "emt: %s and %s exclude each other (expected: one of them)"
                .formatted(pair.one().longestName(), pair.other().longestName()));
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void everyGroupIsOfSomeCommand() {
    List<String> known =
        pairs()
            .flatMap(pair -> Stream.of(pair.one(), pair.other()))
            .map(OptionSpec::longestName)
            .toList();

    assertThat(ExclusiveOptions.GROUPS).allSatisfy(group -> assertThat(known).containsAll(group));
  }
}
