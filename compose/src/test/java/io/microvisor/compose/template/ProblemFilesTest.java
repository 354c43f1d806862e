package io.microvisor.compose.template;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.compose.problem.Place;
import io.microvisor.compose.problem.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Each file under `problems/` says of itself what is wrong with it: `# problem: <column>: <code>: <what>` stands at the
/// end of the offending line, or on lines of their own before it; `# advice: <text>` follows a problem.
class ProblemFilesTest {
  private static final Path FOLDER =
      Path.of("src", "test", "resources", "io", "microvisor", "compose", "template", "problems");

  static Stream<String> files() throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".yaml"))
          .sorted()
          .toList()
          .stream();
    }
  }

  @ParameterizedTest
  @MethodSource("files")
  void hasExactlyTheProblemsItSays(String name) throws IOException {
    Path file = FOLDER.resolve(name);
    List<String> actual = new ArrayList<>();
    for (Problem problem : Templates.problems(TemplateLoader.load(file))) {
      Place place = problem.place();
      actual.add(
          place.line() + ":" + place.column() + ": " + problem.code().id() + ": " + problem.what());
      problem.advice().forEach(advice -> actual.add("advice: " + advice));
      assertThat(problem.what()).doesNotEndWith(".").doesNotContain("\n");
    }
    assertThat(actual).isEqualTo(expected(Files.readAllLines(file)));
  }

  private static List<String> expected(List<String> lines) {
    List<String> expected = new ArrayList<>();
    List<String> waiting = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      int advice = line.indexOf("# advice: ");
      int problem = line.indexOf("# problem: ");
      if (problem >= 0) {
        waiting.add(line.substring(problem + "# problem: ".length()));
      } else if (advice >= 0) {
        waiting.add(line.substring(advice + 2));
      }
      if (!line.stripLeading().startsWith("#")) {
        for (String text : waiting) {
          expected.add(text.startsWith("advice: ") ? text : (i + 1) + ":" + text);
        }
        waiting.clear();
      }
    }
    return expected;
  }
}
