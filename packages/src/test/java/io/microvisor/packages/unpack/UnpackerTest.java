package io.microvisor.packages.unpack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.ContentSource;
import io.microvisor.bytes.Digest;
import io.microvisor.bytes.FormatException;
import io.microvisor.formats.compression.Codec;
import io.microvisor.formats.tar.TarWriter;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.Meta;
import io.microvisor.formats.tree.TreePath;
import io.microvisor.store.DamagedException;
import io.microvisor.store.Store;
import io.microvisor.testkit.Malformed;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.LZMAOutputStream;
import org.tukaani.xz.XZOutputStream;

class UnpackerTest {
  private static final String STANZA = "Package: hello\nVersion: 1.0\nMaintainer: Ł\n";

  @TempDir Path directory;
  private final Map<Digest, ByteSource> contents = new HashMap<>();
  private Store store;
  private Unpacker unpacker;

  @BeforeEach
  void open() throws IOException {
    store = Store.open(directory);
    unpacker = new Unpacker(store);
  }

  @AfterEach
  void close() throws IOException {
    store.close();
  }

  private Inode file(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    Digest digest = Digest.sha256(bytes);
    contents.put(digest, ByteSource.of(bytes));
    return new Inode.RegularFile(Meta.of(0755), digest, bytes.length);
  }

  private byte[] tar(FileTree tree) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    TarWriter.write(tree, ContentSource.of(contents), out);
    return out.toByteArray();
  }

  private FileTree data(String text) {
    return FileTree.builder()
        .put("usr", new Inode.Directory(Meta.of(0755)))
        .put("usr/hello", file(text))
        .link(TreePath.of("usr/again"), TreePath.of("usr/hello"))
        .put("usr/empty", file(""))
        .put("usr/link", new Inode.Symlink(Meta.of(0777), "hello"))
        .build();
  }

  private byte[] control() throws IOException {
    return tar(
        FileTree.builder()
            .put("control", file(STANZA))
            .put("postinst", file("#!/bin/sh\n"))
            .build());
  }

  private static byte[] ar(Object... namesAndContents) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes("!<arch>\n".getBytes(StandardCharsets.US_ASCII));
    for (int i = 0; i < namesAndContents.length; i += 2) {
      byte[] content = (byte[]) namesAndContents[i + 1];
      String header =
          "%-16s%-12s%-6s%-6s%-8s%-10s`\n"
              .formatted(
                  namesAndContents[i], "0", "0", "0", "100644", Integer.toString(content.length));
      out.writeBytes(header.getBytes(StandardCharsets.US_ASCII));
      out.writeBytes(content);
      if (content.length % 2 == 1) {
        out.write('\n');
      }
    }
    return out.toByteArray();
  }

  private static byte[] version(String version) {
    return version.getBytes(StandardCharsets.US_ASCII);
  }

  private byte[] deb(Codec codec, FileTree data) throws IOException {
    return ar(
        "debian-binary",
        version("2.0\n"),
        "control.tar" + (ofData(codec) ? "" : codec.suffix()),
        ofData(codec) ? control() : compressed(codec, control()),
        "data.tar" + codec.suffix(),
        compressed(codec, tar(data)));
  }

  private static boolean ofData(Codec codec) {
    return codec == Codec.LZMA || codec == Codec.BZIP2;
  }

  private static byte[] compressed(Codec codec, byte[] content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream out = compressing(codec, bytes)) {
      out.write(content);
    }
    return bytes.toByteArray();
  }

  private static OutputStream compressing(Codec codec, OutputStream out) throws IOException {
    return switch (codec) {
      case NONE -> out;
      case GZIP -> new GZIPOutputStream(out);
      case XZ -> new XZOutputStream(out, new LZMA2Options(0));
      case ZSTD -> new ZstdOutputStreamNoFinalizer(out, 1).setChecksum(true);
      case LZMA -> new LZMAOutputStream(out, new LZMA2Options(0), -1);
      case BZIP2 -> new BZip2CompressorOutputStream(out);
    };
  }

  private UnpackedPackage unpack(byte[] deb) throws IOException {
    return unpacker.unpack(ByteSource.of(deb));
  }

  private void assertNothingKept() throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      assertThat(files.filter(Files::isRegularFile).map(p -> p.getFileName().toString()))
          .containsOnly("lock", "gate");
    }
  }

  @ParameterizedTest
  @EnumSource
  void unpacksEveryCompression(Codec codec) throws IOException {
    FileTree data = data("hello");

    UnpackedPackage unpacked = unpack(deb(codec, data));

    assertThat(unpacked.tree()).isEqualTo(data);
    assertThat(unpacked.control()).hasToString(STANZA);
    assertThat(unpacked.controlFiles().keySet()).containsExactly("control", "postinst");
    assertThat(unpacked.controlFiles().get("postinst")).asString().isEqualTo("#!/bin/sh\n");
    assertThat(unpacked.contents().open(Digest.sha256("hello")).readAll(9))
        .asString()
        .isEqualTo("hello");
  }

  @Test
  void unpacksAPackageOnce() throws Exception {
    byte[] bytes = deb(Codec.XZ, data("hello"));
    unpack(bytes);
    List<Boolean> reused = Collections.synchronizedList(new ArrayList<>());
    ByteSource gone = ByteSource.of(new byte[0]);

    List<UnpackedPackage> again =
        unpacker.unpackAll(
            List.of(new Unpacker.Deb("hello", Digest.sha256(bytes), gone)),
            (deb, known) -> reused.add(known));

    assertThat(again.getFirst().tree()).isEqualTo(data("hello"));
    assertThat(again.getFirst().control()).hasToString(STANZA);
    assertThat(reused).containsExactly(true);
  }

  @Test
  void unpacksAgainWhatWasDamagedInTheStore() throws IOException {
    byte[] bytes = deb(Codec.XZ, data("hello"));
    unpack(bytes);
    try (Stream<Path> packs = Files.walk(directory.resolve("v1/packs"))) {
      for (Path pack : packs.filter(Files::isRegularFile).toList()) {
        Files.write(pack, new byte[100]);
      }
    }
    assertThat(unpacker.find(Digest.sha256(bytes))).isEmpty();

    assertThat(unpack(bytes).tree()).isEqualTo(data("hello"));
    assertThat(unpacker.find(Digest.sha256(bytes))).isPresent();
  }

  @Test
  void unpacksManyInTheirOrder() throws Exception {
    List<Codec> codecs = List.of(Codec.NONE, Codec.GZIP, Codec.XZ, Codec.ZSTD);
    List<Unpacker.Deb> debs = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      byte[] bytes = deb(codecs.get(i % 4), data("hello ".repeat(i)));
      debs.add(new Unpacker.Deb("hello-" + i, Digest.sha256(bytes), ByteSource.of(bytes)));
    }
    debs.add(debs.getFirst());
    List<String> ready = Collections.synchronizedList(new ArrayList<>());

    List<UnpackedPackage> all = unpacker.unpackAll(debs, (deb, reused) -> ready.add(deb.name()));

    assertThat(ready).hasSize(21);
    for (int i = 0; i < 20; i++) {
      assertThat(all.get(i).tree()).isEqualTo(data("hello ".repeat(i)));
    }
    assertThat(all.get(20).tree()).isEqualTo(all.get(0).tree());
  }

  @Test
  void namesThePackageThatFails() throws Exception {
    byte[] good = deb(Codec.XZ, data("hello"));
    byte[] bad = "no package".getBytes(StandardCharsets.US_ASCII);

    assertThatThrownBy(() ->
            unpacker.unpackAll(
                List.of(
                    new Unpacker.Deb("good.deb", Digest.sha256(good), ByteSource.of(good)),
                    new Unpacker.Deb("bad.deb", Digest.sha256(bad), ByteSource.of(bad))),
                (deb, reused) -> {}))
        .isInstanceOf(IOException.class)
        .hasMessage("bad.deb: not a common ar archive: no \"!<arch>\" at byte 0");
  }

  @Test
  void saysOfAPackageOfAnotherDigestThatItWasDamaged() throws IOException {
    byte[] bytes = deb(Codec.XZ, data("hello"));
    Digest other = Digest.sha256("other");

    assertThatThrownBy(() ->
            unpacker.unpackAll(
                List.of(new Unpacker.Deb("a.deb", other, ByteSource.of(bytes))),
                (deb, reused) -> {}))
        .hasMessage(
            "a.deb: package %s: damaged in the cache (expected: as it was put there)", other)
        .hasCauseInstanceOf(DamagedException.class);
    assertNothingKept();
  }

  @ParameterizedTest
  @ValueSource(strings = {"3.0\n", "1.0\n", "20\n", "", "2.\n", "0.939000\n"})
  void refusesOtherVersions(String version) throws IOException {
    byte[] deb =
        ar("debian-binary", version(version), "control.tar", control(), "data.tar", tar(data("")));

    assertThatThrownBy(() -> unpack(deb))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining("expected: 2.0");
  }

  @ParameterizedTest
  @ValueSource(strings = {"data.tar.lz", "data.tar.bz", "data.tarx", "data.zip", "Data.tar"})
  void refusesOtherDataMembers(String name) throws IOException {
    byte[] deb =
        ar("debian-binary", version("2.0\n"), "control.tar", control(), name, tar(data("")));

    assertThatThrownBy(() -> unpack(deb))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining(name);
  }

  @ParameterizedTest
  @EnumSource(names = {"LZMA", "BZIP2"})
  void refusesControlFilesThatDpkgRefuses(Codec codec) throws IOException {
    String name = "control.tar" + codec.suffix();
    byte[] control = compressed(codec, control());

    assertThatThrownBy(
            () -> unpack(ar("debian-binary", version("2.0\n"), name, control, "data.tar", control)))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining(
            "the compression of %s (expected: none, .gz, .xz, .zst)".formatted(name));
  }

  @Test
  void passesOverMembersWithAnUnderscore() throws IOException {
    byte[] nothing = {};
    byte[] deb =
        ar(
            "debian-binary",
            version("2.0\n"),
            "_a",
            nothing,
            "control.tar",
            control(),
            "_b",
            nothing,
            "data.tar",
            tar(data("x")),
            "_gpgorigin",
            nothing);

    assertThat(unpack(deb).tree()).isEqualTo(data("x"));
  }

  @Test
  void refusesMembersThatAreMissingOutOfOrderOrTooMany() throws IOException {
    byte[] v = version("2.0\n");
    byte[] d = tar(data("x"));
    byte[] c = control();
    List<byte[]> debs =
        List.of(
            ar(),
            ar("debian-binary", v),
            ar("debian-binary", v, "control.tar", c),
            ar("debian-binary", v, "data.tar", d),
            ar("debian-binary", v, "data.tar", d, "control.tar", c),
            ar("control.tar", c, "data.tar", d),
            ar("debian-binary", v, "control.tar", c, "data.tar", d, "more", d),
            ar("debian-binary", v, "control.tar", c, "data.tar", d, "data.tar", d),
            ar("debian-binary", v, "control.tar", c, "control.tar.gz", c, "data.tar", d));

    for (byte[] deb : debs) {
      assertThatThrownBy(() -> unpack(deb)).isInstanceOf(FormatException.class);
    }
    assertNothingKept();
  }

  @Test
  void refusesControlArchivesThatAreNotFlatOrLackTheStanza() throws IOException {
    List<FileTree> controls =
        List.of(
            FileTree.empty(),
            FileTree.builder().put("postinst", file("x")).build(),
            FileTree.builder()
                .put("control", new Inode.Symlink(Meta.of(0777), "/etc/passwd"))
                .build(),
            FileTree.builder().put("control", file("x")).mkdirs(TreePath.of("d")).build());

    for (FileTree control : controls) {
      byte[] deb =
          ar(
              "debian-binary",
              version("2.0\n"),
              "control.tar",
              tar(control),
              "data.tar",
              tar(data("")));
      assertThatThrownBy(() -> unpack(deb))
          .isInstanceOf(FormatException.class)
          .hasMessageContaining("control");
    }
  }

  /// A package of 300 MiB of zeros.
  private byte[] zeros(byte[] control) throws IOException {
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    try (OutputStream out = compressing(Codec.ZSTD, data)) {
      long size = 300L << 20;
      byte[] header = tar(FileTree.builder().put("zeros", file("")).build());
      byte[] large = withSize(Arrays.copyOfRange(header, 512, 1024), size);
      out.write(large);
      for (int i = 0; i < 300; i++) {
        out.write(new byte[1 << 20]);
      }
      out.write(new byte[1024]);
    }
    assertThat(data.size()).isLessThan(1 << 17);
    return ar(
        "debian-binary",
        version("2.0\n"),
        "control.tar",
        control,
        "data.tar.zst",
        data.toByteArray());
  }

  @Test
  void unpacksALargeFileOfZerosThatThePackageAnnounces() throws IOException {
    byte[] announcing =
        tar(FileTree.builder().put("control", file(STANZA + "Installed-Size: 307200\n")).build());

    FileTree tree = unpack(zeros(announcing)).tree();

    assertThat(tree.contentSize()).isEqualTo(300L << 20);
  }

  @Test
  void refusesADecompressionBombAndKeepsNothing() throws IOException {
    byte[] deb = zeros(control());

    assertThatThrownBy(() -> unpack(deb))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining("expands to more than 256 MiB");
    assertNothingKept();
  }

  /// A tar header with another size and the checksum that goes with it.
  private static byte[] withSize(byte[] header, long size) {
    byte[] changed = header.clone();
    put(changed, 124, "%011o".formatted(size));
    put(changed, 148, "        ");
    int sum = 0;
    for (int i = 0; i < 512; i++) {
      sum += changed[i] & 0xff;
    }
    put(changed, 148, "%06o\0 ".formatted(sum));
    return changed;
  }

  private static void put(byte[] block, int offset, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(bytes, 0, block, offset, bytes.length);
  }

  @Test
  void refusesAPathThatLeavesTheTreeAndKeepsNothing() throws IOException {
    byte[] data = tar(FileTree.builder().put("aaaa", file("x")).build());
    byte[] member = Arrays.copyOfRange(data, 512, data.length);
    put(member, 0, "../a\0\0");
    byte[] evil = withSize(member, 1);
    byte[] deb = ar("debian-binary", version("2.0\n"), "control.tar", control(), "data.tar", evil);

    assertThatThrownBy(() -> unpack(deb))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining("..");
    assertNothingKept();
    assertThat(directory.resolveSibling("a")).doesNotExist();
  }

  @ParameterizedTest
  @EnumSource(names = {"NONE", "GZIP", "XZ", "ZSTD"})
  void refusesEveryTruncation(Codec codec) throws IOException {
    byte[] good = deb(codec, data("hello"));
    Malformed.refusesEveryTruncation(good, 100, this::unpack);
    assertNothingKept();
  }

  @ParameterizedTest
  @EnumSource(names = {"NONE", "GZIP", "XZ", "ZSTD"})
  void survivesBitFlips(Codec codec) throws IOException {
    Malformed.survivesBitFlips(deb(codec, data("hello")), 150, 5, this::unpack);
  }
}
