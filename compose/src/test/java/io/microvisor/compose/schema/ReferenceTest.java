package io.microvisor.compose.schema;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.compose.problem.Code;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// The committed reference says what the table of keys says. `-Demt.regenerate=true` writes it anew.
class ReferenceTest {
  private static final Path FOLDER = Path.of("..", "docs", "reference");

  @Test
  void pageOfKeysIsTheGeneratedOne() throws IOException {
    same("template.md", Reference.keys());
  }

  @Test
  void pageOfProblemsIsTheGeneratedOne() throws IOException {
    same("problems.md", Reference.problems());
  }

  @Test
  void schemaIsTheGeneratedOne() throws IOException {
    same("template.schema.json", TemplateSchema.json());
  }

  @Test
  void everyKeyIsDescribedAndEveryDefaultIsAValueOfItsKey() {
    for (TemplateKeys.Located located : TemplateKeys.keys()) {
      Key key = located.key();
      assertThat(key.description()).as(located.path()).isNotBlank().endsWith(".");
      if (key.shape() instanceof Shape.Choice choice && !key.fallback().isEmpty()) {
        assertThat(choice.words(Status.BUILT))
            .as(located.path())
            .contains(key.fallback().replace("\"", ""));
      }
      if (key.shape() instanceof Shape.Text(Syntax syntax) && !key.fallback().isEmpty()) {
        assertThat(syntax.accepts(key.fallback().replace("\"", ""))).as(located.path()).isTrue();
      }
    }
  }

  @Test
  void codesAreDistinct() {
    Set<String> ids = new HashSet<>();
    for (Code code : Code.values()) {
      assertThat(ids.add(code.id())).as(code.id()).isTrue();
    }
  }

  private static void same(String name, String generated) throws IOException {
    Path file = FOLDER.resolve(name);
    if (Boolean.getBoolean("emt.regenerate")) {
      Files.createDirectories(FOLDER);
      Files.writeString(file, generated);
    }
    assertThat(file).as("run with -Demt.regenerate=true and review the diff").hasContent(generated);
  }
}
