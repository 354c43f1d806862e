package io.microvisor.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.ContentSource;
import io.microvisor.bytes.Digest;
import io.microvisor.bytes.files.FullDiskException;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.Meta;
import io.microvisor.testkit.faults.Fault;
import io.microvisor.testkit.faults.FaultyFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Whatever fails, and whenever: what the store has is right, and the next one that opens it gets on.
class CrashTest {
  private static final Digest KEY = Digest.sha256("key");
  private static final byte[] CONTENT = "a content".getBytes(StandardCharsets.UTF_8);
  private static final byte[] DOWNLOAD = "a download".getBytes(StandardCharsets.UTF_8);
  private static final byte[] MADE = "a file that was made".getBytes(StandardCharsets.UTF_8);
  private static final byte[] VALUE = {1, 2, 3};
  private static final byte[] NEW_VALUE = {4, 5};

  @TempDir Path folder;
  private int folders;

  private Path fresh() throws IOException {
    return Files.createDirectory(folder.resolve(Integer.toString(folders++)));
  }

  private static FileTree tree() {
    return FileTree.builder()
        .put("file", new Inode.RegularFile(Meta.of(0644), Digest.sha256(CONTENT), CONTENT.length))
        .build();
  }

  /// Everything that a build does with a store.
  private static void use(Path directory) throws IOException {
    try (Store store = Store.open(directory)) {
      store.contents().add(CONTENT);
      store
          .packs()
          .write(
              KEY,
              tree(),
              ContentSource.of(Map.of(Digest.sha256(CONTENT), ByteSource.of(CONTENT))));
      store.actions().put(KEY, VALUE);
      store.actions().put(KEY, NEW_VALUE);
      Path made = Files.write(store.temporary().resolve("made"), MADE);
      store.files().adopt(made);
      try (Partial partial = store.files().partial(Digest.sha256(DOWNLOAD))) {
        partial.keep(0);
        partial.write(ByteBuffer.wrap(DOWNLOAD, 0, 4));
      }
      try (Partial partial = store.files().partial(Digest.sha256(DOWNLOAD))) {
        partial.keep(0);
        partial.write(ByteBuffer.wrap(DOWNLOAD));
        partial.commit();
      }
      store.prune(Retention.NOTHING, true);
    }
  }

  private static void check(Path directory, boolean all) throws IOException {
    try (Store store = Store.open(directory)) {
      var content = store.contents().find(Digest.sha256(CONTENT));
      if (all || content.isPresent()) {
        assertThat(content.orElseThrow().readAll(100)).isEqualTo(CONTENT);
      }
      var pack = store.packs().find(KEY);
      if (all || pack.isPresent()) {
        assertThat(pack.orElseThrow().tree()).isEqualTo(tree());
        pack.orElseThrow().verify();
      }
      var value = store.actions().find(KEY);
      if (all || value.isPresent()) {
        assertThat(value.orElseThrow()).isIn(all ? List.of(NEW_VALUE) : List.of(VALUE, NEW_VALUE));
      }
      file(store, DOWNLOAD, all);
      try {
        file(store, MADE, all);
      } catch (DamagedException e) {
        // What was made here is not synced: a power cut may take some of it, but not unnoticed.
        assertThat(all).as(e.getMessage()).isFalse();
      }
    }
    // Nothing is left of what was on its way.
    try (Stream<Path> left = Files.list(directory.resolve("v1/tmp"))) {
      assertThat(left).extracting(path -> path.getFileName().toString()).containsExactly("gate");
    }
  }

  private static void file(Store store, byte[] bytes, boolean isThere) throws IOException {
    var file = store.files().find(Digest.sha256(bytes));
    if (isThere || file.isPresent()) {
      assertThat(file.orElseThrow().readAll(100)).isEqualTo(bytes);
    }
  }

  /// Uses a store that something happens to, and then another time when all is well.
  private void survives(Fault fault, long change, long seed) throws IOException {
    Path disk = fresh();
    FaultyFiles faulty = FaultyFiles.over(disk).failAt(change, fault);
    try {
      use(faulty.root());
    } catch (IOException _) {
      // That is how it ends when a disk fails. What counts is what is there afterwards.
    }
    if (fault == Fault.POWER_CUT) {
      disk = fresh();
      faulty.afterPowerCut(disk, new Random(seed));
    } else {
      faulty.failAt(Long.MAX_VALUE, Fault.NONE);
    }
    check(disk, false);
    use(disk);
    check(disk, true);
    hasNothingElse(disk);
  }

  /// A file for each thing that was put there, and the gate; a download's lock stays until it is pruned.
  private static void hasNothingElse(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      assertThat(files.filter(Files::isRegularFile).map(Path::toString))
          .filteredOn(name -> !name.endsWith(".lock"))
          .hasSize(6);
    }
  }

  private long changes() throws IOException {
    FaultyFiles faulty = FaultyFiles.over(fresh()).failAt(Long.MAX_VALUE, Fault.NONE);
    use(faulty.root());
    return faulty.changes();
  }

  @ParameterizedTest
  @EnumSource(value = Fault.class, names = "NONE", mode = EnumSource.Mode.EXCLUDE)
  void survivesEveryFaultAtEveryChange(Fault fault) throws IOException {
    long changes = changes();
    assertThat(changes).isGreaterThan(40);
    for (long change = 1; change <= changes; change++) {
      survives(fault, change, change);
    }
  }

  @Test
  void aFullDiskIsCalledThatWhereverItIsMet() throws IOException {
    long changes = changes();
    int failed = 0;
    for (long change = 1; change <= changes; change++) {
      Path disk = fresh();
      try {
        use(FaultyFiles.over(disk).failAt(change, Fault.FULL).root());
      } catch (IOException e) {
        failed++;
        assertThat(FullDiskException.behind(e))
            .as("change %s: %s", change, e)
            .hasValueSatisfying(full -> assertThat(full.folder()).startsWithRaw(disk));
      }
    }
    assertThat(failed).isGreaterThan(20);
  }

  @Test
  @Tag("system")
  void survivesManyPowerCuts() throws IOException {
    long changes = changes();
    for (long seed = 0; seed < 5000; seed++) {
      survives(Fault.POWER_CUT, 1 + seed % changes, seed);
    }
  }

  @Test
  void aFileSystemWithoutLocksIsCalledThat() throws IOException {
    Path folder = FaultyFiles.over(fresh()).withoutLocks().root();

    assertThatThrownBy(() -> Store.open(folder))
        .hasMessageStartingWith("opening the store " + folder + ": ")
        .hasMessageContaining("its file system has no locks")
        .hasMessageContaining("for the cache, by EMT_CACHE")
        .hasMessageNotContaining("Exception");
  }
}
