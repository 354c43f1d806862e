package io.microvisor.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.cli.terminal.ExitCode;
import io.microvisor.cli.terminal.TestTerminal;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class UsageMessageTest {
  @TempDir private Path folder = Path.of("");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          run --memory 4            | --memory: "4" has no unit (expected: a whole number and a unit, such as 2GiB)
          run --memory 4B           | --memory: 4 B (expected: at least 256 MiB, such as 2GiB)
          run --memory much         | --memory: "much" (expected: a whole number and a unit, such as 2GiB)
          run --memory 9000000TiB   | --memory: "9000000TiB" (expected: a whole number and a unit, such as 2GiB)
          run --processors 0        | --processors: "0" (expected: a whole number from 1 to 64)
          run --processors 65       | --processors: "65" (expected: a whole number from 1 to 64)
          run --processors two      | --processors: "two" (expected: a whole number from 1 to 64)
          run --network restrict    | --network: "restrict" (expected: user, restricted or none)
          cache prune --max-size 20 | --max-size: "20" has no unit (expected: a whole number and a unit, such as 20GiB)
          cache prune --max-size x  | --max-size: "x" (expected: a whole number and a unit, such as 20GiB)
          cache prune --unused-for 30 | --unused-for: "30" (expected: days or weeks, such as 12d or 3w)
          build --remote-cache-mode w | --remote-cache-mode: "w" (expected: read or read-write)
          inspect --size --depth x  | --depth: "x" (expected: a whole number)
          """)
  void namesTheOptionAndWhatItTakes(String arguments, String message) {
    assertThat(refused(arguments)).startsWith("emt: " + message + "\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          bulid x.yaml                     | bulid: no such command (did you mean build?)
          frobnicate                       | frobnicate: no such command
          cache prnue                      | prnue: no such command (did you mean prune?)
          validate --mirror x gateway.yaml | --mirror: no such option
          build --ofline                   | --ofline: no such option (did you mean --offline?)
          build --outptu=/x edge           | --outptu: no such option (did you mean --output?)
          validate one.yaml two.yaml       | two.yaml: one argument too many
          """)
  void namesTheWordThatIsUnknown(String arguments, String message) {
    assertThat(refused(arguments))
        .startsWith("emt: " + message + "\n")
        .contains("\n  advice: see \"emt");
  }

  @Test
  void saysWhichParameterIsMissing() {
    assertThat(refused("extract edge /etc")).contains("DEST");
  }

  private String refused(String arguments) {
    TestTerminal terminal = new TestTerminal(folder);
    assertThat(terminal.run(arguments.split(" "))).isEqualTo(ExitCode.USAGE.value());
    return terminal.err.toString();
  }
}
