package io.microvisor.formats.erofs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.Digest;
import io.microvisor.bytes.FormatException;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.FileView;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.Meta;
import io.microvisor.formats.tree.TreePath;
import io.microvisor.testkit.Malformed;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class ErofsFilesTest {
  @Test
  void seesWhatTheFullReaderReads() throws IOException {
    seesTheSame(SampleTree.everyKind().image(SampleTree.spec(32 << 10)));
    for (int seed = 0; seed < 20; seed++) {
      seesTheSame(SampleTree.random(seed).image(SampleTree.spec()));
    }
  }

  private static void seesTheSame(byte[] image) throws IOException {
    FileTree tree = ErofsReader.open(ByteSource.of(image)).tree();
    ErofsFiles files = ErofsFiles.open(ByteSource.of(image));
    List<String> expected = new ArrayList<>();
    tree.entries().forEach(entry -> expected.add(entry.path().absolute() + " " + entry.inode()));
    List<String> seen = new ArrayList<>();
    walk(files, files.find(TreePath.ROOT).orElseThrow(), seen);
    assertThat(seen).containsExactlyInAnyOrderElementsOf(expected);
    assertThat(files.size()).isEqualTo(image.length);
  }

  private static void walk(FileView files, FileView.Seen at, List<String> into) throws IOException {
    Inode inode =
        switch (at) {
          case FileView.Seen.File file ->
              new Inode.RegularFile(
                  file.meta(), Digest.sha256(file.content()), file.content().size());
          case FileView.Seen.Other(TreePath _, Inode other) -> other;
        };
    into.add(at.path().absolute() + " " + inode);
    for (FileView.Seen child : files.list(at.path())) {
      walk(files, child, into);
    }
  }

  @Test
  void followsLinksWithinTheImage() throws IOException {
    SampleTree sample =
        new SampleTree()
            .file("usr/bin/sh", new byte[] {1})
            .put("bin", link("usr/bin"))
            .put("etc/shell", link("/bin/../bin/sh"))
            .put("etc/out", link("../../../usr/bin/sh"))
            .put("loop", link("loop"))
            .put("long", link("x".repeat(300)));
    FileView files = ErofsFiles.open(ByteSource.of(sample.image(SampleTree.spec())));

    for (String path : List.of("bin/sh", "/etc/shell", "etc/out", "//bin/./sh", "../bin/sh")) {
      assertThat(files.resolve(path).map(FileView.Seen::path))
          .as(path)
          .contains(TreePath.of("usr/bin/sh"));
    }
    for (String path : List.of("loop", "long", "none", "usr/bin/sh/below", "x".repeat(300))) {
      assertThat(files.resolve(path)).as(path).isEmpty();
    }
    assertThat(files.find(TreePath.of("bin"))).get().isInstanceOf(FileView.Seen.Other.class);
    assertThat(files.list(TreePath.of("none"))).isEmpty();
    assertThat(files.list(TreePath.of("bin"))).isEmpty();
  }

  private static Inode link(String target) {
    return new Inode.Symlink(Meta.of(0777), target);
  }

  @Test
  void refusesADirectoryWithinItself() throws IOException {
    byte[] image =
        new SampleTree()
            .put("a/b", new Inode.Directory(Meta.of(0755)))
            .image(SampleTree.uncompressed());
    ErofsFiles sound = ErofsFiles.open(ByteSource.of(image));
    assertThat(sound.find(TreePath.of("a/b"))).isPresent();
    boolean refused = false;
    // Wherever a number could be that of an inode, another takes its place: some make a loop.
    for (int at = 0; at + 8 < image.length; at += 4) {
      for (int nid = 0; nid < 64; nid++) {
        byte[] twisted = image.clone();
        twisted[at] = (byte) nid;
        refused |= endlessness(twisted);
      }
    }
    assertThat(refused).isTrue();
  }

  /// Whether a walk was refused because of a directory of two names; other damage is no matter here.
  private static boolean endlessness(byte[] image) {
    try {
      ErofsFiles files = ErofsFiles.open(ByteSource.of(image));
      Optional<FileView.Seen> root = files.find(TreePath.ROOT);
      walk(files, root.orElseThrow(), new ArrayList<>());
      return false;
    } catch (FormatException e) {
      return String.valueOf(e.getMessage()).contains("a directory of two names");
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void refusesWhatIsDamaged() throws IOException {
    byte[] image = SampleTree.everyKind().image(SampleTree.spec());
    Malformed.survivesBitFlips(image, 500, 7, ErofsFilesTest::readAll);
    assertThatThrownBy(() -> ErofsFiles.open(ByteSource.of(new byte[8192])))
        .isInstanceOf(FormatException.class);
  }

  private static void readAll(byte[] bytes) throws IOException {
    ErofsFiles files = ErofsFiles.open(ByteSource.of(bytes));
    walk(files, files.find(TreePath.ROOT).orElseThrow(), new ArrayList<>());
  }
}
