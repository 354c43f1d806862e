package io.microvisor.formats.erofs;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.ContentSource;
import io.microvisor.bytes.Digest;
import io.microvisor.formats.tree.Attributes;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.Meta;
import io.microvisor.formats.tree.TreePath;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;

/// Trees with contents for tests, and images of them.
final class SampleTree {
  static final long BUILD_TIME = 1_700_000_000;
  static final UUID VOLUME = new UUID(0x0123_4567_89ab_4cdeL, 0x8123_4567_89ab_cdefL);

  private final FileTree.Builder builder = FileTree.builder();
  private final Map<Digest, ByteSource> contents = new HashMap<>();

  static ErofsSpec spec() {
    return ErofsSpec.of(VOLUME, BUILD_TIME);
  }

  static ErofsSpec spec(int extentSize) {
    return spec().withCompression(new Compression.Zstd(3, extentSize));
  }

  static ErofsSpec uncompressed() {
    return spec().withCompression(new Compression.None());
  }

  SampleTree put(String path, Inode inode) {
    builder.mkdirs(TreePath.of(path).parent());
    builder.put(path, inode);
    return this;
  }

  SampleTree file(String path, byte[] content) {
    return file(path, content, Meta.of(0644));
  }

  SampleTree file(String path, byte[] content, Meta meta) {
    Digest digest = Digest.sha256(content);
    contents.put(digest, ByteSource.of(content));
    return put(path, new Inode.RegularFile(meta, digest, content.length));
  }

  SampleTree link(String path, String existing) {
    builder.link(TreePath.of(path), TreePath.of(existing));
    return this;
  }

  FileTree tree() {
    return builder.build();
  }

  ContentSource contents() {
    return ContentSource.of(contents);
  }

  byte[] image(ErofsSpec spec) throws IOException {
    return image(spec, 2);
  }

  byte[] image(ErofsSpec spec, int threads) throws IOException {
    MemorySink sink = new MemorySink();
    ErofsResult result =
        ErofsWriter.write(tree(), contents(), spec, EarlierImage.NONE, sink, threads);
    byte[] image = sink.toBytes();
    if (result.size() != image.length) {
      throw new IllegalStateException("result of " + result.size() + ", not " + image.length);
    }
    return image;
  }

  /// Bytes that zstd makes about three times smaller.
  static byte[] text(int size, long seed) {
    String[] words = {"alpha ", "beta ", "gamma\n", "delta", "0123456789", "ε ", "zeta: "};
    Random random = new Random(seed);
    StringBuilder text = new StringBuilder();
    while (text.length() < size) {
      text.append(words[random.nextInt(words.length)]);
    }
    return Arrays.copyOf(text.toString().getBytes(StandardCharsets.UTF_8), size);
  }

  /// Bytes that nothing makes smaller.
  static byte[] noise(int size, long seed) {
    byte[] bytes = new byte[size];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  /// One of every kind of inode, with owners, times and attributes that need the long form.
  static SampleTree everyKind() {
    Attributes attributes =
        Attributes.NONE
            .with("security.capability", new byte[] {1, 0, 0, 2, 0, 4, 0, 0, 0, 0})
            .with("trusted.t", new byte[300])
            .with("user.mime_type", "text/plain".getBytes(StandardCharsets.UTF_8))
            .with("system.posix_acl_access", new byte[] {2, 0, 0, 0});
    Meta meta = new Meta(04755, 70_000, 3_000_000_000L, -5, attributes);
    return new SampleTree()
        .file("usr/bin/tool", text(5000, 1), meta)
        .file("usr/bin/attributes", text(5001, 1), bigAttribute())
        .link("usr/bin/tool-2", "usr/bin/tool")
        .link("etc-tool", "usr/bin/tool")
        .file("usr/lib/large", text(300_001, 2))
        .file("usr/lib/noise", noise(150_000, 3))
        .file("usr/lib/module.ko.xz", noise(9000, 4))
        .file("usr/lib/same", text(300_001, 2))
        .file("etc/empty", new byte[0])
        .file("etc/short", text(40, 5))
        .file("etc/now", text(70_000, 6), Meta.of(0600).withMtime(BUILD_TIME))
        .put("etc/dir", new Inode.Directory(meta.withMode(01777)))
        .put("etc/link", new Inode.Symlink(meta.withMode(0777), "../usr/bin/tööl"))
        .put("etc/far", new Inode.Symlink(Meta.of(0777), "y/".repeat(2047)))
        .put("dev/null", new Inode.Device(Meta.of(0666), Inode.Device.Kind.CHARACTER, 1, 3))
        .put("dev/disk", new Inode.Device(Meta.of(0660), Inode.Device.Kind.BLOCK, 4095, 1048575))
        .put("run/fifo", new Inode.Fifo(Meta.of(0600)))
        .put("run/socket", new Inode.Socket(Meta.of(0700)));
  }

  private static Meta bigAttribute() {
    return Meta.of(0644).withAttributes(Attributes.NONE.with("user.big", new byte[9001]));
  }

  /// A tree that depends on `seed` only.
  static SampleTree random(long seed) {
    Random random = new Random(seed);
    SampleTree sample = new SampleTree();
    List<String> directories = new ArrayList<>(List.of(""));
    List<String> files = new ArrayList<>();
    int count = random.nextInt(60);
    for (int i = 0; i < count; i++) {
      String directory = directories.get(random.nextInt(directories.size()));
      String path = directory + name(random) + i;
      Meta meta = meta(random);
      switch (random.nextInt(9)) {
        case 0 -> {
          sample.put(path, new Inode.Directory(meta));
          directories.add(path + "/");
        }
        case 1 -> sample.put(path, new Inode.Symlink(meta, "x".repeat(1 + random.nextInt(4095))));
        case 2 -> sample.put(path, new Inode.Fifo(meta));
        case 3 -> {
          if (!files.isEmpty()) {
            sample.link(path, files.get(random.nextInt(files.size())));
          }
        }
        default -> {
          sample.file(path + (random.nextInt(6) == 0 ? ".gz" : ""), content(random), meta);
          files.add(path);
        }
      }
      files.removeIf(file -> sample.builder.find(TreePath.of(file)).isEmpty());
    }
    return sample;
  }

  private static String name(Random random) {
    return "nämé-".repeat(1 + random.nextInt(20)) + (char) ('!' + random.nextInt(14));
  }

  private static Meta meta(Random random) {
    Attributes attributes = Attributes.NONE;
    for (int i = random.nextInt(3); i > 0; i--) {
      attributes = attributes.with("user.a" + i, new byte[random.nextInt(2000)]);
    }
    long time = random.nextBoolean() ? BUILD_TIME : random.nextInt();
    long uid = random.nextInt(1 << 17);
    return new Meta(random.nextInt(010000), uid, random.nextInt(1 << 17), time, attributes);
  }

  private static byte[] content(Random random) {
    int base = new int[] {0, 96, 4096, 8192, 32 << 10, 64 << 10, 200_000}[random.nextInt(7)];
    int size = Math.max(0, base + random.nextInt(5) - 2);
    return switch (random.nextInt(3)) {
      case 0 -> text(size, random.nextLong());
      case 1 -> noise(size, random.nextLong());
      default -> new byte[size];
    };
  }
}
