package io.microvisor.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.microvisor.bytes.Digest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ActionsTest {
  private static final Digest KEY = Digest.sha256("a key");
  private static final byte[] VALUE = {1, 2, 3};

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

  private Path path() {
    String hex = KEY.hex();
    return directory.resolve("v1/actions/" + hex.substring(0, 2) + "/" + hex.substring(2));
  }

  @Test
  void findsWhatWasPutLast() throws IOException {
    assertThat(store.actions().find(KEY)).isEmpty();

    store.actions().put(KEY, new byte[0]);
    store.actions().put(KEY, VALUE);

    assertThat(store.actions().find(KEY)).hasValue(VALUE);
    assertThat(store.actions().find(Digest.sha256("else"))).isEmpty();
  }

  @Test
  void countsEveryDamagedEntryAsAbsent() throws IOException {
    store.actions().put(KEY, VALUE);
    byte[] good = Files.readAllBytes(path());
    for (int bit = 0; bit < good.length * 8; bit++) {
      byte[] bad = good.clone();
      bad[bit / 8] ^= (byte) (1 << bit % 8);
      Files.write(path(), bad);
      assertThat(store.actions().find(KEY)).as("bit %d", bit).isEmpty();
    }
    for (int length = 0; length < good.length; length++) {
      Files.write(path(), Arrays.copyOf(good, length));
      assertThat(store.actions().find(KEY)).as("length %d", length).isEmpty();
    }
    Files.write(path(), Arrays.copyOf(good, good.length + 1));
    assertThat(store.actions().find(KEY)).isEmpty();
  }

  @Test
  void refusesAValueThatIsTooLarge() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> store.actions().put(KEY, new byte[Actions.LARGEST_VALUE + 1]));
  }
}
