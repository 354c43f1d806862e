package io.microvisor.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.microvisor.bytes.Digest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/// What every [ContentStore] promises.
abstract class ContentStoreContract {
  static final byte[] HELLO = "hello, world\n".getBytes(StandardCharsets.UTF_8);
  static final Digest HELLO_DIGEST = Digest.sha256(HELLO);

  /// A new empty store.
  abstract ContentStore store() throws IOException;

  @Test
  void hasNothingAtFirst() throws IOException {
    assertThat(store().find(HELLO_DIGEST)).isEmpty();
  }

  @Test
  void openingWhatIsMissingNamesIt() throws IOException {
    ContentStore store = store();

    assertThatThrownBy(() -> store.open(HELLO_DIGEST))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(HELLO_DIGEST.hex());
  }

  @Test
  void findsWhatWasCommitted() throws IOException {
    ContentStore store = store();
    try (Ingest ingest = store.ingest()) {
      ingest.write(ByteBuffer.wrap(HELLO, 0, 5));
      ingest.write(ByteBuffer.wrap(HELLO, 5, HELLO.length - 5));
      assertThat(ingest.position()).isEqualTo(HELLO.length);

      assertThat(ingest.commit()).isEqualTo(HELLO_DIGEST);
    }

    assertThat(store.open(HELLO_DIGEST).readAll(100)).isEqualTo(HELLO);
  }

  @Test
  void findsTheEmptyContent() throws IOException {
    ContentStore store = store();
    Digest digest = store.add(new byte[0]);

    assertThat(store.open(digest).size()).isZero();
    assertThat(store.open(digest).stream().read()).isEqualTo(-1);
  }

  @Test
  void showsNothingBeforeTheCommit() throws IOException {
    ContentStore store = store();
    try (Ingest ingest = store.ingest()) {
      ingest.write(HELLO);

      assertThat(store.find(HELLO_DIGEST)).isEmpty();
    }
  }

  @Test
  void discardsWhatIsClosedWithoutCommit() throws IOException {
    ContentStore store = store();
    try (Ingest ingest = store.ingest()) {
      ingest.write(HELLO);
    }

    assertThat(store.find(HELLO_DIGEST)).isEmpty();
  }

  @Test
  void commitsAsTheExpectedDigest() throws IOException {
    ContentStore store = store();
    try (Ingest ingest = store.ingest()) {
      ingest.write(HELLO);
      ingest.commitAs(HELLO_DIGEST);
    }

    assertThat(store.find(HELLO_DIGEST)).isPresent();
  }

  @Test
  void refusesTheWrongDigestAndNamesBoth() throws IOException {
    ContentStore store = store();
    Digest other = Digest.sha256("other");
    try (Ingest ingest = store.ingest()) {
      ingest.write(HELLO);

      assertThatThrownBy(() -> ingest.commitAs(other))
          .isInstanceOf(IOException.class)
          .hasMessageContaining(HELLO_DIGEST.hex())
          .hasMessageContaining(other.hex());
    }

    assertThat(store.find(HELLO_DIGEST)).isEmpty();
    assertThat(store.find(other)).isEmpty();
  }

  @Test
  void refusesUseAfterTheCommit() throws IOException {
    try (Ingest ingest = store().ingest()) {
      ingest.commit();

      assertThatIllegalStateException().isThrownBy(ingest::commit);
      assertThatIllegalStateException().isThrownBy(() -> ingest.write(HELLO));
    }
  }

  @Test
  void refusesAStreamOfAnotherLength() throws IOException {
    ContentStore store = store();

    assertThatThrownBy(() -> store.add(new ByteArrayInputStream(HELLO), HELLO.length + 1))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("expected: 14");
    assertThat(store.find(HELLO_DIGEST)).isEmpty();
  }

  @Test
  void keepsOneWhenManyAddTheSame() throws Exception {
    ContentStore store = store();
    List<Future<Digest>> added = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 20; i++) {
        added.add(threads.submit(() -> store.add(HELLO)));
      }
    }

    for (Future<Digest> digest : added) {
      assertThat(digest.get()).isEqualTo(HELLO_DIGEST);
    }
    assertThat(store.open(HELLO_DIGEST).readAll(100)).isEqualTo(HELLO);
  }
}
