package io.microvisor.systemtests;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.ContentSource;
import io.microvisor.bytes.Digest;
import io.microvisor.formats.tree.Attributes;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.Meta;
import io.microvisor.formats.tree.TreePath;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;

/// Trees with contents, to be written by us and read by others.
public final class SampleTree {
  /// The time of most files: 2025-11-22T08:26:40Z, an even number of seconds, which is all that FAT can say.
  public static final long TIME = 1_763_800_000L;

  private final FileTree.Builder builder = FileTree.builder();
  private final Map<Digest, ByteSource> contents = new HashMap<>();

  /// An empty root directory.
  public SampleTree() {
    builder.put(TreePath.ROOT, new Inode.Directory(plain(0755)));
  }

  /// Owned by root, at [#TIME].
  public static Meta plain(int mode) {
    return Meta.of(mode).withMtime(TIME);
  }

  /// Puts an inode, and directories above it.
  public SampleTree put(String path, Inode inode) {
    directories(TreePath.of(path).parent());
    builder.put(path, inode);
    return this;
  }

  private void directories(TreePath path) {
    if (builder.find(path).isEmpty()) {
      directories(path.parent());
      builder.put(path, new Inode.Directory(plain(0755)));
    }
  }

  /// Puts a file.
  public SampleTree file(String path, byte[] content, Meta meta) {
    Digest digest = Digest.sha256(content);
    contents.put(digest, ByteSource.of(content));
    return put(path, new Inode.RegularFile(meta, digest, content.length));
  }

  /// Puts a file, mode 0644, owned by root.
  public SampleTree file(String path, byte[] content) {
    return file(path, content, plain(0644));
  }

  /// Puts one more name of a file.
  public SampleTree link(String path, String existing) {
    directories(TreePath.of(path).parent());
    builder.link(TreePath.of(path), TreePath.of(existing));
    return this;
  }

  /// The tree.
  public FileTree tree() {
    return builder.build();
  }

  /// The contents of its files.
  public ContentSource contents() {
    return ContentSource.of(contents);
  }

  /// Bytes that compress about three times.
  public static byte[] text(int size, long seed) {
    String[] words = {"alpha ", "beta ", "gamma\n", "delta", "0123456789", "ε ", "zeta: "};
    Random random = new Random(seed);
    StringBuilder text = new StringBuilder();
    while (text.length() < size) {
      text.append(words[random.nextInt(words.length)]);
    }
    return Arrays.copyOf(text.toString().getBytes(StandardCharsets.UTF_8), size);
  }

  /// Bytes that do not compress.
  public static byte[] noise(int size, long seed) {
    byte[] bytes = new byte[size];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  /// Files, directories and links, with owners, modes and hard links, and files of the sizes around which writers go
  /// wrong: nothing that takes privileges to make.
  public static SampleTree ordinary() {
    SampleTree sample = new SampleTree();
    int seed = 0;
    for (int base : new int[] {1, 96, 4096, 8192, 32 << 10, 64 << 10, 128 << 10, 1 << 20}) {
      for (int size = base - 1; size <= base + 1; size++) {
        sample.file("sizes/text-" + size, text(size, seed++));
        sample.file("sizes/noise-" + size, noise(size, seed++));
        sample.file("sizes/zeros-" + size, new byte[size]);
      }
    }
    for (int i = 0; i < 500; i++) {
      sample.file("many/file number %03d with a longer name".formatted(i), text(i, i));
    }
    if (unicodeNames()) {
      sample
          .file("home/nämé – ü", text(20, 4))
          .put("home/link", new Inode.Symlink(plain(0777), "../usr/bin/tööl"));
    }
    return sample
        .file("usr/bin/tool", text(5000, 1), new Meta(04755, 0, 0, TIME, Attributes.NONE))
        .link("usr/bin/tool-2", "usr/bin/tool")
        .link("another-tool", "usr/bin/tool")
        .file("usr/lib/same", text(300_001, 2))
        .file("usr/lib/same-again", text(300_001, 2))
        .file("home/owned", text(10, 3), new Meta(0640, 1000, 70_000, 1, Attributes.NONE))
        .put("home/sticky", new Inode.Directory(plain(01777)))
        .put("home/shared", new Inode.Directory(new Meta(02770, 1000, 1000, 5, Attributes.NONE)))
        .put("home/near", new Inode.Symlink(plain(0777), "../usr/bin/tool"))
        .put("home/far", new Inode.Symlink(plain(0777), "y/".repeat(2000)))
        .put("run/fifo", new Inode.Fifo(plain(0600)));
  }

  /// Whether this process can name such files on the host: in the C locale Java cannot.
  private static boolean unicodeNames() {
    return Charset.forName(System.getProperty("sun.jnu.encoding")).newEncoder().canEncode("nämé –");
  }

  /// [#ordinary], with attributes of the `user` kind.
  public static SampleTree described() {
    Attributes user =
        Attributes.NONE
            .with("user.mime_type", "text/plain".getBytes(StandardCharsets.UTF_8))
            .with("user.binary", noise(200, 9));
    return ordinary()
        .file("home/described", text(60, 7), plain(0644).withAttributes(user))
        .put("home/described-too", new Inode.Directory(plain(0755).withAttributes(user)));
  }

  /// [#described], with a file capability, which root may give.
  public static SampleTree attributed() {
    byte[] mayOpenRawSockets = {1, 0, 0, 2, 0, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    Attributes capability = Attributes.NONE.with("security.capability", mayOpenRawSockets);
    return described().file("usr/bin/ping", text(6000, 6), plain(0755).withAttributes(capability));
  }

  /// [#attributed], with every other kind of inode and attribute, large ids and times before 1970.
  public static SampleTree everything() {
    Attributes odd =
        Attributes.NONE
            .with("trusted.overlay.opaque", new byte[] {'y'})
            .with("user.large", noise(3000, 8));
    return attributed()
        .file("odd/attributes", text(70, 8), plain(0644).withAttributes(odd))
        .file("odd/owner", text(70, 9), new Meta(0600, 3_000_000_000L, 70_000, -5, Attributes.NONE))
        .put("dev/null", new Inode.Device(plain(0666), Inode.Device.Kind.CHARACTER, 1, 3))
        .put("dev/disk", new Inode.Device(plain(0660), Inode.Device.Kind.BLOCK, 259, 70_000))
        .put("run/socket", new Inode.Socket(plain(0700)));
  }
}
