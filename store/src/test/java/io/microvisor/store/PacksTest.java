package io.microvisor.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.ContentSource;
import io.microvisor.bytes.Digest;
import io.microvisor.bytes.FormatException;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.Meta;
import io.microvisor.formats.tree.TreePath;
import io.microvisor.testkit.Malformed;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PacksTest {
  private static final Digest KEY = Digest.sha256("a key");

  @TempDir Path directory;
  private Store store;
  private final Map<Digest, ByteSource> contents = new HashMap<>();

  @BeforeEach
  void open() throws IOException {
    store = Store.open(directory);
  }

  @AfterEach
  void close() throws IOException {
    store.close();
  }

  private Inode file(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    Digest digest = Digest.sha256(bytes);
    contents.put(digest, ByteSource.of(bytes));
    return new Inode.RegularFile(Meta.of(0644), digest, bytes.length);
  }

  private FileTree tree() {
    return FileTree.builder()
        .put("a", file("first"))
        .put("b", file("second"))
        .put("c", file("first"))
        .put("d", file(""))
        .link(TreePath.of("e"), TreePath.of("b"))
        .build();
  }

  private Path path() {
    return directory.resolve(
        "v1/packs/" + KEY.hex().substring(0, 2) + "/" + KEY.hex().substring(2));
  }

  @Test
  void findsNothingUnderANewKey() throws IOException {
    assertThat(store.packs().find(KEY)).isEmpty();
  }

  @Test
  void givesBackTreeAndContents() throws IOException {
    FileTree tree = tree();
    store.packs().write(KEY, tree, ContentSource.of(contents));

    Pack pack = store.packs().find(KEY).orElseThrow();

    assertThat(pack.tree()).isEqualTo(tree);
    assertThat(pack.note()).isEmpty();
    for (Map.Entry<Digest, ByteSource> content : contents.entrySet()) {
      assertThat(pack.contents().open(content.getKey()).readAll(100))
          .isEqualTo(content.getValue().readAll(100));
    }
    assertThat(pack.contents().find(Digest.sha256("else"))).isEmpty();
    pack.verify();
  }

  @Test
  void keepsEqualContentsOnce() throws IOException {
    store.packs().write(KEY, tree(), ContentSource.of(contents));
    long once = Files.size(path());
    FileTree more = tree().toBuilder().put("f", file("second")).build();
    store.packs().write(KEY, more, ContentSource.of(contents));

    assertThat(Files.size(path()) - once).isLessThan(80); // An entry of the tree, no content.
  }

  @Test
  void takesContentsBeforeTheTreeAndANote() throws IOException {
    byte[] note = {1, 2, 3};
    try (PackWriter writer = store.packs().begin(KEY)) {
      writer.add("second".getBytes(StandardCharsets.UTF_8));
      writer.add("second".getBytes(StandardCharsets.UTF_8));
      writer.add("first".getBytes(StandardCharsets.UTF_8));
      writer.add(new byte[0]);
      writer.commit(tree(), note);
    }

    Pack pack = store.packs().find(KEY).orElseThrow();
    assertThat(pack.tree()).isEqualTo(tree());
    assertThat(pack.note()).isEqualTo(note);
    pack.verify();
  }

  @Test
  void readsZerosWhereAnEarlierContentWasTakenBack() throws IOException {
    byte[] letters = "letters".repeat(10_000).getBytes(StandardCharsets.UTF_8);
    byte[] zeros = new byte[300_000];
    Digest digest;
    try (PackWriter writer = store.packs().begin(KEY)) {
      writer.add(letters);
      writer.add(letters);
      digest = writer.add(zeros);
      writer.commit(FileTree.empty(), new byte[0]);
    }

    ContentSource read = store.packs().find(KEY).orElseThrow().contents();

    assertThat(read.open(digest).readAll(zeros.length)).isEqualTo(zeros);
    assertThat(read.open(Digest.sha256(letters)).readAll(letters.length)).isEqualTo(letters);
  }

  @Test
  void packsOfTheSameContentAreIdentical() throws IOException {
    store.packs().write(KEY, tree(), ContentSource.of(contents));
    byte[] first = Files.readAllBytes(path());
    store.packs().remove(KEY);
    store.packs().write(KEY, tree(), ContentSource.of(contents));

    assertThat(Files.readAllBytes(path())).isEqualTo(first);
  }

  @Test
  void leavesNothingBehindWhenAContentIsMissing() throws IOException {
    FileTree tree = tree();
    contents.clear();

    assertThatThrownBy(() -> store.packs().write(KEY, tree, ContentSource.of(contents)))
        .isInstanceOf(IOException.class);
    assertThat(store.packs().find(KEY)).isEmpty();
    try (var files = Files.list(directory.resolve("v1/tmp/1"))) {
      assertThat(files).extracting(p -> p.getFileName().toString()).containsExactly("lock");
    }
  }

  @Test
  void refusesContentsThatAreNotWhatTheirDigestSays() {
    FileTree tree = tree();
    contents.replaceAll((digest, bytes) -> ByteSource.of(new byte[] {9}));

    assertThatThrownBy(() -> store.packs().write(KEY, tree, ContentSource.of(contents)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("expected: sha256:");
  }

  @Test
  void refusesEveryTruncation() throws IOException {
    Malformed.refusesEveryTruncation(good(), 2000, this::readDamaged);
  }

  @Test
  void refusesEveryFlippedBit() throws IOException {
    byte[] good = good();
    Malformed.refusesEveryBitFlip(good, 0, good.length, this::readDamaged);
  }

  @Test
  void writingAgainHealsADamagedPack() throws IOException {
    good();
    Files.write(path(), new byte[200]);
    assertThatThrownBy(() -> store.packs().find(KEY)).isInstanceOf(FormatException.class);

    store.packs().write(KEY, tree(), ContentSource.of(contents)).verify();

    store.packs().find(KEY).orElseThrow().verify();
  }

  @Test
  void refusesAPackUnderAnotherKey() throws IOException {
    Digest other = Digest.sha256("another key");
    Path wrong =
        directory
            .resolve("v1/packs/" + other.hex().substring(0, 2))
            .resolve(other.hex().substring(2));
    byte[] good = good();
    Files.createDirectories(wrong.getParent());
    Files.write(wrong, good);

    assertThatThrownBy(() -> store.packs().find(other))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining("expected: " + other);
  }

  @Test
  void staysReadableAfterAReadersThreadWasInterrupted() throws Exception {
    Pack pack = store.packs().write(KEY, tree(), ContentSource.of(contents));
    Thread interrupted =
        Thread.ofVirtual()
            .start(() -> {
              Thread.currentThread().interrupt();
              assertThatThrownBy(pack::verify).isInstanceOf(IOException.class);
            });
    interrupted.join();

    pack.verify();
  }

  private byte[] good() throws IOException {
    store.packs().write(KEY, tree(), ContentSource.of(contents));
    return Files.readAllBytes(path());
  }

  private void readDamaged(byte[] bytes) throws IOException {
    Files.write(path(), bytes);
    store.packs().find(KEY).orElseThrow().verify();
  }
}
