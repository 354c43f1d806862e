package io.microvisor.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordedTest {
  @TempDir Path folder;

  private Recorded recorded(String key, String digest) throws IOException {
    Path file = Files.writeString(folder.resolve("file.tsv"), "a\ta 1\tk\td\n");
    Recorded recorded = Recorded.of(file);
    recorded.check("a", "a 1", key, digest);
    return recorded;
  }

  @Test
  void theSameResultPasses() throws IOException {
    Recorded same = recorded("k", "d");

    assertThat(same.names()).containsExactly("a");
    assertThatCode(same::finish).doesNotThrowAnyException();
  }

  @Test
  void anotherResultForTheSameKeyFails() throws IOException {
    assertThatThrownBy(recorded("k", "e")::finish)
        .hasMessageContaining("a: another result, and none of its versions changed: a 1");
  }

  @Test
  void anotherKeyHasToBeRecorded() throws IOException {
    assertThatThrownBy(recorded("l", "e")::finish)
        .hasMessageContaining("[a]: versions or inputs changed");
  }
}
