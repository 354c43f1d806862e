package io.microvisor.formats.tar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.ContentSink;
import io.microvisor.bytes.ContentSource;
import io.microvisor.bytes.Digest;
import io.microvisor.formats.tree.Attributes;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.Meta;
import io.microvisor.formats.tree.TreePath;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Round trips, and archives that GNU tar 1.34 made (`tar -c --sort=name -b2 --numeric-owner .` with `--format=gnu`, or
/// with `--format=pax --xattrs --xattrs-include='*'`, of a tree with one of everything).
class TarTest {
  private static final int[] SIZES = {0, 1, 511, 512, 513, 70_000};

  private final Map<Digest, ByteSource> contents = new HashMap<>();

  @Test
  void givesBackEveryKindOfInode() throws IOException {
    FileTree tree = everything();

    assertThat(roundTrip(tree)).isEqualTo(tree);
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, Long.MIN_VALUE, 0, 077777777777L, 0100000000000L, Long.MAX_VALUE})
  void givesBackEveryTime(long mtime) throws IOException {
    FileTree tree =
        FileTree.builder().put("a", new Inode.Fifo(Meta.of(0600).withMtime(mtime))).build();

    assertThat(roundTrip(tree)).isEqualTo(tree);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 97, 98, 99, 100, 101, 155, 254, 255})
  void givesBackNamesOfEveryLength(int length) throws IOException {
    TreePath path = TreePath.of("n".repeat(length));
    FileTree tree =
        FileTree.builder()
            .put(path, file("x"))
            .link(TreePath.of("z"), path)
            .put(
                TreePath.of("d").resolve(path.name()),
                new Inode.Symlink(Meta.of(0777), "t".repeat(length)))
            .put("d", new Inode.Directory(Meta.of(0700)))
            .build();

    assertThat(roundTrip(tree)).isEqualTo(tree);
  }

  @Test
  void theSameTreeGivesTheSameBytes() throws IOException {
    assertThat(bytes(everything())).isEqualTo(bytes(everything().toBuilder().build()));
  }

  @Test
  void handsEveryContentToTheSink() throws IOException {
    FileTree tree = everything();
    byte[] archive = bytes(tree);
    Map<Digest, ByteSource> received = new HashMap<>();

    TarReader.read(new ByteArrayInputStream(archive), ContentSink.into(received));

    assertThat(received.keySet()).isEqualTo(contents.keySet());
    for (Digest digest : received.keySet()) {
      assertThat(ContentSource.of(received).open(digest).readAll(100_000))
          .isEqualTo(ContentSource.of(contents).open(digest).readAll(100_000));
    }
  }

  @Test
  void readsWhatASinkLeavesUnread() throws IOException {
    ContentSink lazy = (content, size) -> Inode.RegularFile.EMPTY;

    FileTree tree = TarReader.read(new ByteArrayInputStream(bytes(everything())), lazy);

    assertThat(tree.size()).isEqualTo(everything().size());
  }

  @Test
  void refusesToWriteASocket() {
    FileTree tree = FileTree.builder().put("s", new Inode.Socket(Meta.of(0777))).build();

    assertThatThrownBy(() -> bytes(tree))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("/s is a socket");
  }

  @Test
  void refusesToWriteAContentOfAnotherSize() {
    FileTree tree = FileTree.builder().put("f", file("four")).build();
    contents.replaceAll((digest, bytes) -> ByteSource.of(new byte[3]));

    assertThatThrownBy(() -> bytes(tree))
        .isInstanceOf(IOException.class)
        .hasMessage("/f: content of 3 bytes (expected: 4)");
  }

  @Test
  void readsGnuTarsOwnFormat() throws IOException {
    assertThat(golden("gnu.tar.gz.base64")).isEqualTo(withoutAttributes(gnuTree()));
  }

  @Test
  void readsGnuTarsPaxFormatWithAttributes() throws IOException {
    assertThat(golden("pax.tar.gz.base64")).isEqualTo(gnuTree());
  }

  private FileTree gnuTree() {
    Attributes attributes =
        Attributes.NONE
            .with("user.b", new byte[] {0, -1, '\n', '=', 1})
            .with("user.a=b%c", "val".getBytes(StandardCharsets.UTF_8))
            .with("security.capability", capability());
    Meta directory = Meta.of(0755).withMtime(1_700_000_000L);
    Meta plain = Meta.of(0644).withMtime(1_700_000_000L);
    Meta link = Meta.of(0777).withMtime(1_700_000_000L);
    Meta hello = new Meta(0755, 12, 3_000_000, 1_700_000_000L, attributes);
    return FileTree.builder()
        .put("", new Inode.Directory(directory.withMode(01777)))
        .put("usr", new Inode.Directory(directory))
        .put("usr/bin", new Inode.Directory(directory))
        .put("usr/bin/again", file("hello\n").withMeta(hello))
        .link(TreePath.of("usr/bin/hello"), TreePath.of("usr/bin/again"))
        .put("usr/bin/sym", new Inode.Symlink(link, "hello"))
        .put("pipe", new Inode.Fifo(plain))
        .put("null", new Inode.Device(plain, Inode.Device.Kind.CHARACTER, 1, 3))
        .put("disk", new Inode.Device(plain, Inode.Device.Kind.BLOCK, 259, 70000))
        .put("n".repeat(150), file("").withMeta(plain))
        .put("longlink", new Inode.Symlink(link, "x/".repeat(80) + "y"))
        .put("old", file("").withMeta(plain.withMtime(-6)))
        .put("Főtanúsítvány.crt", file("").withMeta(plain))
        .build();
  }

  private static FileTree withoutAttributes(FileTree tree) {
    TreePath hello = TreePath.of("usr/bin/hello");
    Meta meta = tree.find(hello).orElseThrow().meta().withAttributes(Attributes.NONE);
    Inode plain = tree.find(hello).orElseThrow().withMeta(meta);
    return tree.toBuilder().replaceInode(hello, plain).build();
  }

  private static FileTree golden(String name) throws IOException {
    try (InputStream resource = TarTest.class.getResourceAsStream(name)) {
      if (resource == null) {
        throw new IOException("no resource " + name);
      }
      return TarReader.read(
          new GZIPInputStream(Base64.getMimeDecoder().wrap(resource)), ContentSink.discarding());
    }
  }

  private FileTree everything() {
    FileTree.Builder builder = FileTree.builder();
    builder.put("", new Inode.Directory(new Meta(01777, 1, 2, 3, Attributes.NONE)));
    for (int size : SIZES) {
      builder.put("size-" + size, file("s".repeat(size)));
    }
    Meta owned = new Meta(06751, 0xffff_fffeL, 2_097_152, -1, Attributes.NONE);
    Attributes attributes =
        Attributes.NONE
            .with("security.capability", capability())
            .with("user.%=\n", new byte[] {0, '\n', -1, '='})
            .with("user.empty", new byte[0]);
    return builder
        .put("owned", file("owned").withMeta(owned))
        .put("attributes", file("attributes").withMeta(Meta.of(0644).withAttributes(attributes)))
        .put("directory", new Inode.Directory(Meta.of(0700).withAttributes(attributes)))
        .link(TreePath.of("directory/link"), TreePath.of("owned"))
        .put("symlink", new Inode.Symlink(Meta.of(0777), "../../etc/passwd"))
        .link(TreePath.of("symlink2"), TreePath.of("symlink"))
        .put("char", new Inode.Device(Meta.of(0666), Inode.Device.Kind.CHARACTER, 4095, 1048575))
        .put("block", new Inode.Device(Meta.of(0660), Inode.Device.Kind.BLOCK, 0, 0))
        .put("fifo", new Inode.Fifo(Meta.of(0)))
        .put("Főtanúsítvány = %\n", file("names"))
        .build();
  }

  private static byte[] capability() {
    byte[] capability = new byte[20];
    capability[0] = 1;
    capability[3] = 2;
    capability[5] = 0x20;
    return capability;
  }

  private Inode file(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    Digest digest = Digest.sha256(bytes);
    contents.put(digest, ByteSource.of(bytes));
    return new Inode.RegularFile(Meta.of(0644), digest, bytes.length);
  }

  private byte[] bytes(FileTree tree) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    TarWriter.write(tree, ContentSource.of(contents), out);
    return out.toByteArray();
  }

  private FileTree roundTrip(FileTree tree) throws IOException {
    return TarReader.read(new ByteArrayInputStream(bytes(tree)), ContentSink.discarding());
  }
}
