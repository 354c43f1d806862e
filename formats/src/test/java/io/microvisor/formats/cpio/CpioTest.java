package io.microvisor.formats.cpio;

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
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CpioTest {
  private final Map<Digest, ByteSource> contents = new HashMap<>();

  @Test
  void readsBackWhatItWrites() throws IOException {
    FileTree tree = sample();
    Cpio read = CpioReader.read(ByteSource.of(write(tree)));

    assertThat(read.tree()).isEqualTo(tree);
    assertThat(read.contents().open(Digest.sha256("hello")).readAll(9))
        .asString()
        .isEqualTo("hello");
  }

  @Test
  void listsWhatLiesWhere() throws IOException {
    FileTree tree = sample();
    byte[] archive = write(tree);
    byte[] moved = new byte[archive.length + 8];
    System.arraycopy(archive, 0, moved, 8, archive.length);

    CpioListing listing = CpioListing.read(ByteSource.of(moved), 8);

    assertThat(listing.end()).isLessThanOrEqualTo(moved.length);
    long at = 8;
    for (CpioListing.Entry entry : listing.entries()) {
      assertThat(entry.position()).isEqualTo(at);
      Inode inode = tree.find(entry.path()).orElseThrow();
      assertThat(entry.isFile()).isEqualTo(inode instanceof Inode.RegularFile);
      assertThat(entry.isDirectory()).isEqualTo(inode instanceof Inode.Directory);
      at += entry.length();
    }
    assertThat(listing.entries()).hasSize((int) tree.entries().count());
  }

  @Test
  void writesTheHeaderOfTheSpecification() throws IOException {
    FileTree tree = FileTree.builder().put("f", file("hello", 0640, 1000, 77)).build();
    String text = new String(write(tree), StandardCharsets.ISO_8859_1);

    assertThat(text.substring(112, 112 + 110))
        .isEqualTo(
            "070701"
                + "00000002"
                + "000081A0"
                + "000003E8"
                + "000003E8"
                + "00000001"
                + "0000004D"
                + "00000005"
                + "00000000"
                + "00000000"
                + "00000000"
                + "00000000"
                + "00000002"
                + "00000000");
    assertThat(text.substring(222, 232)).isEqualTo("f\0hello\0\0\0");
    assertThat(text).endsWith("TRAILER!!!\0\0\0\0");
  }

  @Test
  void givesTheContentToTheLastNameOfAFile() throws IOException {
    FileTree.Builder tree = FileTree.builder().put("a", file("hello", 0644, 0, 0));
    tree.link(TreePath.of("b"), TreePath.of("a"));
    String text = new String(write(tree.build()), StandardCharsets.ISO_8859_1);

    assertThat(text.indexOf("hello")).isGreaterThan(text.indexOf("b\0"));
    assertThat(text.indexOf("hello")).isEqualTo(text.lastIndexOf("hello"));
  }

  @Test
  void tellsWhereTheNextArchiveBegins() throws IOException {
    byte[] one = write(sample());
    byte[] both = new byte[one.length + 4 + 5];
    System.arraycopy(one, 0, both, 0, one.length);
    both[one.length + 4] = 0x28;

    assertThat(CpioReader.read(ByteSource.of(both)).end()).isEqualTo(one.length + 4);
  }

  @Test
  void refusesPathsThatLeaveTheTree() throws IOException {
    String text =
        new String(
            write(FileTree.builder().put("xx", file("", 0644, 0, 0)).build()),
            StandardCharsets.ISO_8859_1);
    byte[] bad = text.replace("xx\0", "..\0").getBytes(StandardCharsets.ISO_8859_1);
    assertThatThrownBy(() -> CpioReader.read(ByteSource.of(bad)))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining("no \"..\"");
  }

  @Test
  void refusesWhatIsDamaged() throws IOException {
    byte[] good = write(sample());
    Malformed.refusesEveryTruncation(good, 400, bytes -> CpioReader.read(ByteSource.of(bytes)));
    Malformed.survivesBitFlips(good, 3000, 5, bytes -> CpioReader.read(ByteSource.of(bytes)));
  }

  @Test
  void refusesTimesThatDoNotFit() {
    FileTree tree = FileTree.builder().put("f", file("", 0644, 0, -1)).build();
    assertThatThrownBy(() -> write(tree)).hasMessageContaining("c_mtime -1");
  }

  private FileTree sample() {
    FileTree.Builder tree = FileTree.builder();
    tree.put("dev", new Inode.Directory(Meta.of(0755).withMtime(5)));
    tree.put("dev/sda", new Inode.Device(Meta.of(0660), Inode.Device.Kind.BLOCK, 8, 300));
    tree.put("dev/tty", new Inode.Device(Meta.of(0666), Inode.Device.Kind.CHARACTER, 5, 0));
    tree.put("dev/pipe", new Inode.Fifo(Meta.of(0600)));
    tree.put("dev/log", new Inode.Socket(Meta.of(0666)));
    tree.put("file", file("hello", 04755, 0, 1_700_000_000));
    tree.put("empty", file("", 0644, 0, 0));
    tree.put("link", new Inode.Symlink(Meta.of(0777), "dev/tty"));
    tree.link(TreePath.of("other"), TreePath.of("file"));
    return tree.build();
  }

  private Inode.RegularFile file(String text, int mode, long owner, long time) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    Digest digest = Digest.sha256(bytes);
    contents.put(digest, ByteSource.of(bytes));
    Meta meta = Meta.of(mode).withOwner(owner, owner).withMtime(time);
    return new Inode.RegularFile(meta, digest, bytes.length);
  }

  private byte[] write(FileTree tree) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    CpioWriter.write(tree, ContentSource.of(contents), out);
    return out.toByteArray();
  }
}
