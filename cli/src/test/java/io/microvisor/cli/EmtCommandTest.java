package io.microvisor.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.cli.terminal.TestTerminal;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A command line that knows only the command it needs says the same as one that knows all.
final class EmtCommandTest {
  private static final Pattern COMMAND = Pattern.compile("(?m)^  ([a-z]+)  ");

  @TempDir private Path folder = Path.of("");

  @Test
  void helpIsThatOfTheWholeCommandLine() {
    assertThat(said("--help")).isEqualTo(said("help")).contains("Commands:");
  }

  @Test
  void helpOfACommandAloneIsThatAmongAll() {
    List<String> commands =
        COMMAND
            .matcher(said("help").replaceFirst("(?s).*Commands:", ""))
            .results()
            .map(MatchResult::group)
            .map(String::strip)
            .filter(name -> !name.equals("help") && !name.equals("emt"))
            .toList();

    assertThat(commands).contains("init", "build", "cache", "completion");
    for (String command : commands) {
      assertThat(said(command, "--help"))
          .isEqualTo(said("help", command))
          .contains("emt " + command);
    }
  }

  @Test
  void completionKnowsAllCommands() {
    assertThat(said("completion")).contains("doctor", "inspect", "build");
  }

  private String said(String... arguments) {
    TestTerminal terminal = new TestTerminal(folder);
    assertThat(terminal.run(arguments)).as(terminal.err.toString()).isZero();
    return terminal.out.toString();
  }
}
