package io.microvisor.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskContentsTest extends ContentStoreContract {
  @TempDir Path directory;
  private Store store;

  @BeforeEach
  void open() throws IOException {
    store = Store.open(directory);
  }

  @AfterEach
  void close() throws IOException {
    store.close();
  }

  @Override
  ContentStore store() {
    return store.contents();
  }

  @Test
  void contentsOutliveTheStore() throws IOException {
    store.contents().add(HELLO);
    store.close();

    try (Store again = Store.open(directory)) {
      assertThat(again.contents().open(HELLO_DIGEST).readAll(100)).isEqualTo(HELLO);
    }
  }

  @Test
  void aTruncatedContentIsHealedByAddingItAgain() throws IOException {
    store.contents().add(HELLO);
    Path file =
        directory
            .resolve("v1/contents/" + HELLO_DIGEST.hex().substring(0, 2))
            .resolve(HELLO_DIGEST.hex().substring(2));
    Files.write(file, new byte[3]);

    store.contents().add(HELLO);

    assertThat(store.contents().open(HELLO_DIGEST).readAll(100)).isEqualTo(HELLO);
  }
}
