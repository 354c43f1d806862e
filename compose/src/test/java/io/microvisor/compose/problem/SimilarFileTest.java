package io.microvisor.compose.problem;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SimilarFileTest {
  @TempDir Path folder;

  @BeforeEach
  void write() throws IOException {
    Files.createDirectories(folder.resolve("examples"));
    Files.writeString(folder.resolve("examples/hello.yaml"), "");
  }

  private String similar(String name) {
    return SimilarFile.of(Path.of(name), folder).map(Path::toString).orElse("");
  }

  @Test
  void namesWithAFewWrongLettersInAnyPartAreFound() {
    assertThat(similar("exmaples/hello.yaml")).isEqualTo("examples/hello.yaml");
    assertThat(similar("examples/helo.yaml")).isEqualTo("examples/hello.yaml");
    assertThat(similar("exampls/hallo.yaml")).isEqualTo("examples/hello.yaml");
    assertThat(similar(folder.resolve("examples/helo.yaml").toString()))
        .isEqualTo(folder.resolve("examples/hello.yaml").toString());
  }

  @Test
  void otherNamesAndFoldersAreNot() {
    assertThat(similar("examples/other.yaml")).isEmpty();
    assertThat(similar("nowhere/hello.yaml")).isEmpty();
    assertThat(similar("exampels")).isEmpty();
  }
}
