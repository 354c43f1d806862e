package io.microvisor.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.microvisor.bytes.Digest;
import io.microvisor.formats.tree.FileTree;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreTest {
  private static final byte[] BYTES = "a download".getBytes(StandardCharsets.UTF_8);
  private static final Digest DIGEST = Digest.sha256(BYTES);

  @TempDir Path directory;

  @Test
  void scratchDirectoriesGoWhenTheStoreCloses() throws IOException {
    Path scratch;
    try (Store store = Store.open(directory)) {
      scratch = store.temporary();
      assertThat(store.temporary()).isNotEqualTo(scratch);
      Files.createDirectories(scratch.resolve("a/b"));
      Files.writeString(scratch.resolve("a/b/c"), "left");
    }

    assertThat(scratch).doesNotExist();
  }

  @Test
  void scratchStoreFindsWhatIsThereAndKeepsNothing() throws IOException {
    Digest key = Digest.sha256("key");
    Digest known;
    try (Store store = Store.open(directory)) {
      known = store.contents().add(new byte[] {1});
      store.actions().put(key, new byte[] {1});
    }
    Digest fresh;
    try (Store scratch = Store.openScratch(directory)) {
      fresh = scratch.contents().add(new byte[] {2});
      scratch.actions().put(key, new byte[] {2});
      assertThat(scratch.contents().open(known).readAll(1)).containsExactly(1);
      assertThat(scratch.contents().open(fresh).readAll(1)).containsExactly(2);
      assertThat(scratch.actions().find(key)).hasValue(new byte[] {2});
    }
    try (Store store = Store.open(directory)) {
      assertThat(store.contents().find(fresh)).isEmpty();
      assertThat(store.actions().find(key)).hasValue(new byte[] {1});
    }
    try (Stream<Path> left = Files.list(directory.resolve("v1/tmp"))) {
      assertThat(left).extracting(path -> path.getFileName().toString()).containsExactly("gate");
    }
  }

  /// It holds copies of what images hold: keys, shadow files.
  @Test
  void nothingInItCanBeReadByOthers() throws IOException {
    try (Store store = Store.open(directory)) {
      store.contents().add(BYTES);
      try (PackWriter pack = store.packs().begin(DIGEST)) {
        pack.commit(FileTree.builder().build(), new byte[0]);
      }
      Files.createDirectories(store.temporary().resolve("left"));
      try (Partial partial = store.files().partial(DIGEST)) {
        partial.write(ByteBuffer.wrap(BYTES, 0, 1));
      }
      store.actions().put(DIGEST, BYTES);
      try (Stream<Path> all = Files.walk(directory)) {
        assertThat(all)
            .filteredOn(path -> !path.endsWith("left"))
            .allSatisfy(path ->
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                    .as("%s", path)
                    .endsWith("------"));
      }
    }
  }

  @Test
  void twoStoresOfOneDirectoryDoNotMeet() throws IOException {
    try (Store one = Store.open(directory)) {
      Path scratch = one.temporary();
      try (Store two = Store.open(directory)) {
        assertThat(two.temporary()).isNotEqualTo(scratch);
      }

      assertThat(scratch).exists();
      one.contents().add(BYTES);
    }
  }

  @Test
  void whatADeadProcessLeftIsSwept() throws Exception {
    Path dead = directory.resolve("v1/tmp/7");
    Files.createDirectories(dead.resolve("scratch-0"));
    Files.writeString(dead.resolve("lock"), "");
    Files.writeString(dead.resolve("file-1"), "half");

    Store.open(directory).close();

    assertThat(dead).doesNotExist();
  }

  @Test
  void whoIsInterruptedLeavesNothingBehind() throws IOException {
    Path left;
    try (Store store = Store.open(directory)) {
      left = Files.writeString(store.temporary().resolve("file"), "x");
      Thread.currentThread().interrupt();
    }

    assertThat(Thread.interrupted()).isTrue();
    assertThat(left.resolveSibling("")).doesNotExist();
  }

  @Test
  void twoProcessesFillOneStoreAtOnce() throws Exception {
    List<Process> processes = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      processes.add(
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-Xmx64m",
                  "-XX:TieredStopAtLevel=1",
                  "-cp",
                  System.getProperty("java.class.path").replace(':', File.pathSeparatorChar),
                  StoreFiller.class.getName(),
                  directory.toString())
              .inheritIO()
              .start());
    }
    for (Process process : processes) {
      assertThat(process.waitFor()).isZero();
    }

    try (Store store = Store.open(directory)) {
      StoreFiller.check(store);
    }
  }

  @Test
  void aDownloadContinuesWhereAnEarlierOneStopped() throws IOException {
    try (Store store = Store.open(directory)) {
      try (Partial partial = store.files().partial(DIGEST)) {
        assertThat(partial.size()).isZero();
        partial.write(ByteBuffer.wrap(BYTES, 0, 1));
      }
      assertThat(store.files().path(DIGEST)).isEmpty();

      try (Partial partial = store.files().partial(DIGEST)) {
        assertThat(partial.size()).isEqualTo(1);
        partial.write(ByteBuffer.wrap(BYTES, 1, BYTES.length - 1));
        assertThat(partial.commit()).hasBinaryContent(BYTES);
      }

      assertThat(store.files().path(DIGEST).orElseThrow()).hasBinaryContent(BYTES);
    }
  }

  @Test
  void aDownloadCanForgetItsEndAndBeContinuedFromThere() throws IOException {
    try (Store store = Store.open(directory);
        Partial partial = store.files().partial(DIGEST)) {
      partial.write(ByteBuffer.wrap(BYTES, 0, 2));
      partial.write(ByteBuffer.wrap("something else".getBytes(StandardCharsets.UTF_8)));
      partial.keep(2);
      assertThat(partial.digest()).isEqualTo(Digest.sha256(Arrays.copyOf(BYTES, 2)));
      partial.write(ByteBuffer.wrap(BYTES, 2, BYTES.length - 2));

      assertThat(partial.commit()).hasBinaryContent(BYTES);
      assertThatThrownBy(() -> partial.keep(1 << 20)).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void aWrongDownloadIsDiscardedAndNamesBothDigests() throws IOException {
    try (Store store = Store.open(directory);
        Partial partial = store.files().partial(DIGEST)) {
      partial.write(ByteBuffer.wrap("something else".getBytes(StandardCharsets.UTF_8)));

      assertThatThrownBy(partial::commit)
          .isInstanceOf(IOException.class)
          .hasMessageContaining(Digest.sha256("something else").hex())
          .hasMessageContaining(DIGEST.hex());
      assertThat(partial.size()).isZero();
      assertThat(store.files().path(DIGEST)).isEmpty();
    }
  }

  @Test
  void oneDownloadOfAFileWaitsForTheOther() throws Exception {
    try (Store store = Store.open(directory)) {
      CountDownLatch second = new CountDownLatch(1);
      List<String> order = new ArrayList<>();
      Thread other;
      try (Partial partial = store.files().partial(DIGEST)) {
        other =
            Thread.ofVirtual()
                .start(() -> {
                  second.countDown();
                  try (Partial waited = store.files().partial(DIGEST)) {
                    waited.commit();
                    order.add("second");
                  } catch (IOException e) {
                    order.add(String.valueOf(e.getMessage()));
                  }
                });
        second.await();
        partial.write(ByteBuffer.wrap(BYTES));
        partial.commit();
        order.add("first");
      }
      other.join();
      assertThat(order).containsExactly("first", "second");
    }
  }

  @Test
  void adoptsAFileMadeElsewhere() throws IOException {
    try (Store store = Store.open(directory)) {
      Path file = store.temporary().resolve("made");
      Files.write(file, BYTES);
      assertThatThrownBy(() -> store.files().adopt(file, Digest.sha256("no")))
          .isInstanceOf(IOException.class);

      Path adopted = store.files().adopt(file, DIGEST);

      assertThat(adopted).hasBinaryContent(BYTES);
      assertThat(file).doesNotExist();
      store.files().remove(DIGEST);
      assertThat(store.files().path(DIGEST)).isEmpty();
    }
  }

  @Test
  void saysWhichDirectoryCannotBeOpened() throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "");

    assertThatThrownBy(() -> Store.open(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(file.toString());
  }
}
