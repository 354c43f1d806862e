package io.microvisor.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.bytes.ByteSize;
import io.microvisor.bytes.Digest;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.Meta;
import io.microvisor.formats.tree.TreeCodec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PruningTest {
  private static final Instant LONG_AGO = Instant.parse("2020-01-01T00:00:00Z");
  private static final Instant LATELY = Instant.parse("2021-01-01T00:00:00Z");
  private static final Digest KEY = Digest.sha256("key");

  @TempDir Path folder;

  @Test
  void removesWhatWasNotUsedSince() throws IOException {
    try (Store store = Store.open(folder)) {
      store.actions().put(KEY, new byte[100]);
    }
    everythingWasUsed(LONG_AGO);

    try (Store store = Store.open(folder)) {
      Usage.Pruned pruned = store.prune(Retention.since(LATELY), true);

      assertThat(pruned.count()).isEqualTo(1);
      assertThat(pruned.size().bytes()).isGreaterThan(100);
      assertThat(store.actions().find(KEY)).isEmpty();
    }
  }

  @Test
  void tellsWithoutRemoving() throws IOException {
    try (Store store = Store.open(folder)) {
      store.actions().put(KEY, new byte[100]);
    }
    everythingWasUsed(LONG_AGO);

    try (Store store = Store.open(folder)) {
      assertThat(store.prune(Retention.since(LATELY), false).count()).isEqualTo(1);
      assertThat(store.actions().find(KEY)).isPresent();
    }
  }

  @Test
  void keepsWhatALivingSessionUsed() throws IOException {
    try (Store store = Store.open(folder)) {
      store.actions().put(KEY, new byte[100]);
    }
    everythingWasUsed(LONG_AGO);

    try (Store running = Store.open(folder);
        Store pruning = Store.open(folder)) {
      assertThat(running.actions().find(KEY)).isPresent();

      assertThat(pruning.prune(Retention.NOTHING, true).count()).isZero();
      assertThat(running.actions().find(KEY)).isPresent();
    }
  }

  @Test
  void keepsTheContentsOfATreeThatStays() throws IOException {
    Digest content;
    Digest tree;
    try (Store store = Store.open(folder)) {
      content = store.contents().add("content".getBytes(StandardCharsets.UTF_8));
      Inode file = new Inode.RegularFile(Meta.of(0644), content, 7);
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      TreeCodec.write(FileTree.builder().put("file", file).build(), bytes);
      tree = store.contents().add(bytes.toByteArray());
    }
    everythingWasUsed(LONG_AGO);

    try (Store store = Store.open(folder)) {
      assertThat(store.contents().find(tree)).isPresent();

      assertThat(store.prune(Retention.since(LATELY), true).count()).isZero();
      assertThat(store.contents().find(content)).isPresent();
    }
  }

  @Test
  void removesTheLongestUnusedUntilTheRestIsSmallEnough() throws IOException {
    Digest other = Digest.sha256("other");
    try (Store store = Store.open(folder)) {
      store.actions().put(KEY, new byte[1000]);
      everythingWasUsed(LONG_AGO);
      store.actions().put(other, new byte[1000]);
      wasUsed(store, other, LATELY);
    }

    try (Store store = Store.open(folder)) {
      assertThat(store.prune(Retention.most(new ByteSize(1500)), true).count()).isEqualTo(1);
      assertThat(store.actions().find(KEY)).isEmpty();
      assertThat(store.actions().find(other)).isPresent();
    }
  }

  @Test
  void tellsHowMuchThereIsOfEachKind() throws IOException {
    try (Store store = Store.open(folder)) {
      store.contents().add(new byte[5]);
      store.contents().add(new byte[6]);

      List<Usage> usage = Store.usage(folder);

      assertThat(usage).contains(new Usage(Usage.Kind.CONTENTS, 2, new ByteSize(11)));
      assertThat(usage).contains(new Usage(Usage.Kind.PACKS, 0, new ByteSize(0)));
      Files.createDirectories(folder.resolve("v1/partial"));
      Files.write(folder.resolve("v1/partial/a"), new byte[3]);
      Files.write(folder.resolve("v1/partial/a.lock"), new byte[0]);
      assertThat(Store.usage(folder)).contains(new Usage(Usage.Kind.PARTIAL, 1, new ByteSize(3)));
    }
  }

  private void wasUsed(Store store, Digest key, Instant when) throws IOException {
    String hex = key.hex();
    Path path = folder.resolve("v1/actions").resolve(hex.substring(0, 2)).resolve(hex.substring(2));
    assertThat(store.actions().find(key)).isPresent();
    Files.setLastModifiedTime(path, FileTime.from(when));
  }

  private void everythingWasUsed(Instant when) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        if (!file.startsWith(folder.resolve("v1/tmp"))) {
          Files.setLastModifiedTime(file, FileTime.from(when));
        }
      }
    }
  }
}
