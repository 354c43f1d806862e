package io.microvisor.cli.image;

import io.microvisor.bytes.ByteSize;
import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.ContentSource;
import io.microvisor.bytes.Digest;
import io.microvisor.bytes.Guid;
import io.microvisor.bytes.RandomSink;
import io.microvisor.compose.initrd.InitrdWriter;
import io.microvisor.formats.erofs.ErofsSpec;
import io.microvisor.formats.erofs.ErofsWriter;
import io.microvisor.formats.fat.FatSpec;
import io.microvisor.formats.fat.FatWriter;
import io.microvisor.formats.gpt.GptLayout;
import io.microvisor.formats.gpt.GptSpec;
import io.microvisor.formats.gpt.GptWriter;
import io.microvisor.formats.gpt.PartitionFlag;
import io.microvisor.formats.gpt.PartitionSpec;
import io.microvisor.formats.gpt.PartitionType;
import io.microvisor.formats.gpt.SectorSize;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.Meta;
import io.microvisor.formats.tree.TreePath;
import io.microvisor.formats.uki.UkiSection;
import io.microvisor.formats.uki.UkiSpec;
import io.microvisor.formats.uki.UkiWriter;
import io.microvisor.formats.verity.Salt;
import io.microvisor.formats.verity.VeritySpec;
import io.microvisor.formats.verity.VerityTree;
import io.microvisor.testkit.samples.SampleEfi;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/// An image of all parts, each as small as it can be: a disk with a kernel that is none and a few files.
final class TinyImage {
  static final long TIME = 1_700_000_000;
  private static final ByteSize ESP = ByteSize.ofMebibytes(40);

  private final FileTree.Builder root = FileTree.builder();
  private final Map<Digest, ByteSource> contents = new HashMap<>();

  /// One with an operating system's outlines.
  static TinyImage ordinary() {
    return new TinyImage()
        .file(
            "usr/lib/os-release",
            0644,
            "PRETTY_NAME=\"Tiny 1\"\nIMAGE_ID=tiny\nIMAGE_VERSION=0.1\n")
        .file("usr/bin/tool", 04755, "tool\n")
        .file("usr/share/large", 0644, "large ".repeat(5000))
        .file("etc/secret", 0600, "secret\n")
        .file(
            "usr/lib/sysimage/dpkg/status",
            0644,
            """
            Package: small
            Status: install ok installed
            Installed-Size: 10

            Package: large
            Status: install ok installed
            Installed-Size: 2048

            Package: gone
            Status: deinstall ok config-files
            Installed-Size: 9
            """)
        .file("usr/lib/sysimage/dpkg/info/large:amd64.list", 0644, "/.\n/usr\n/usr/share/large\n")
        .link("var/lib/dpkg", "../../usr/lib/sysimage/dpkg")
        .link("bin", "usr/bin")
        .link("etc/os-release", "../usr/lib/os-release")
        .put("dev/null", new Inode.Device(Meta.of(0666), Inode.Device.Kind.CHARACTER, 1, 3));
  }

  /// With units that start others.
  TinyImage withUnits() {
    return this.link("usr/lib/systemd/system/default.target", "multi-user.target")
        .file("usr/lib/systemd/system/multi-user.target", 0644, "[Unit]\nRequires=basic.target\n")
        .file("usr/lib/systemd/system/basic.target", 0644, "[Unit]\nWants=timers.target\n")
        .file("usr/lib/systemd/system/timers.target", 0644, "[Unit]\n")
        .file("usr/lib/systemd/system/web@.service", 0644, "[Unit]\nWants=%i-db.service\n")
        .file("usr/lib/systemd/system/one-db.service", 0644, "[Service]\n")
        .file("usr/lib/systemd/system/systemd-udev-settle.service", 0644, "[Service]\n")
        .file("usr/lib/systemd/system/off.service", 0644, "[Service]\n")
        .link("etc/systemd/system/off.service", "/dev/null")
        .link(
            "etc/systemd/system/multi-user.target.wants/web@one.service",
            "/usr/lib/systemd/system/web@.service")
        .link("etc/systemd/system/multi-user.target.wants/off.service", "../off.service")
        .file(
            "etc/systemd/system/basic.target.d/more.conf",
            0644,
            "[Unit]\nWants=none.service \\\n  systemd-udev-settle.service\n")
        .file("usr/lib/systemd/system-generators/systemd-getty-generator", 0755, "elf")
        .file("usr/lib/systemd/system-generators/systemd-rc-local-generator", 0755, "elf")
        .file("usr/lib/systemd/system-generators/systemd-fstab-generator", 0755, "elf")
        .link("etc/systemd/system-generators/systemd-fstab-generator", "/dev/null");
  }

  TinyImage put(String path, Inode inode) {
    root.mkdirs(TreePath.of(path).parent()).put(path, inode);
    return this;
  }

  TinyImage file(String path, int mode, String text) {
    byte[] content = text.getBytes(StandardCharsets.UTF_8);
    Digest digest = Digest.sha256(content);
    contents.put(digest, ByteSource.of(content));
    return put(path, new Inode.RegularFile(Meta.of(mode).withMtime(TIME), digest, content.length));
  }

  TinyImage link(String path, String target) {
    return put(path, new Inode.Symlink(Meta.of(0777), target));
  }

  /// Writes the root file system alone.
  Path writeRoot(Path file) throws IOException {
    try (RandomSink sink = sink(file)) {
      ErofsWriter.write(
          root.build(), ContentSource.of(contents), ErofsSpec.of(new UUID(1, 2), TIME), sink);
    }
    return file;
  }

  /// Writes the whole disk.
  Path writeDisk(Path file) throws IOException, InterruptedException {
    Files.createDirectories(file.getParent());
    Path erofs = writeRoot(file.resolveSibling("root.part"));
    ByteSource image = ByteSource.of(Files.readAllBytes(erofs));
    Files.delete(erofs);
    VerityTree tree = VerityTree.of(image, new VeritySpec(new UUID(3, 4), Salt.parse("abcd")));
    Digest hash = tree.rootHash();
    GptLayout layout =
        GptLayout.of(
            new GptSpec(
                Guid.derive(hash, "disk"),
                SectorSize.B512,
                List.of(
                    PartitionSpec.of(PartitionType.ESP, Guid.derive(hash, "esp"), "esp", ESP),
                    PartitionSpec.of(
                        PartitionType.ROOT_X86_64,
                        Guid.ofHalf(hash, 0),
                        "tiny_0.1",
                        new ByteSize(image.size()),
                        PartitionFlag.READ_ONLY),
                    PartitionSpec.of(
                        PartitionType.ROOT_X86_64_VERITY,
                        Guid.ofHalf(hash, 1),
                        "tiny_0.1_verity",
                        ByteSize.ofMebibytes(1)))));
    try (RandomSink disk = sink(file)) {
      GptWriter.write(layout, disk);
      writeEsp(hash, disk.at(layout.extents().get(0).startBytes()), file);
      disk.write(layout.extents().get(1).startBytes(), image);
      tree.write(disk.at(layout.extents().get(2).startBytes()));
    }
    return file;
  }

  private static void writeEsp(Digest rootHash, RandomSink volume, Path beside) throws IOException {
    Path file = writeKernel(beside.resolveSibling("uki.part"), rootHash);
    byte[] kernel = Files.readAllBytes(file);
    Files.delete(file);
    Digest digest = Digest.sha256(kernel);
    FileTree tree =
        FileTree.builder()
            .mkdirs(TreePath.of("EFI/Linux"))
            .put(
                "EFI/Linux/tiny_0.1.efi",
                new Inode.RegularFile(Meta.of(0644).withMtime(TIME), digest, kernel.length))
            .build();
    FatWriter.write(
        new FatSpec("ESP", 1, ESP, tree),
        ContentSource.of(Map.of(digest, ByteSource.of(kernel))),
        volume);
  }

  /// Writes a unified kernel image that demands `rootHash`.
  static Path writeKernel(Path file, Digest rootHash) throws IOException {
    try (RandomSink sink = sink(file)) {
      UkiWriter.write(
          new UkiSpec(
              ByteSource.of(SampleEfi.stub()),
              List.of(
                  UkiSection.of(UkiSection.Name.LINUX, "no kernel"),
                  UkiSection.of(UkiSection.Name.UNAME, "6.12.0-tiny"),
                  UkiSection.of(UkiSection.Name.OSREL, "PRETTY_NAME=\"Tiny 1\"\n"),
                  UkiSection.of(UkiSection.Name.CMDLINE, "roothash=" + rootHash.hex() + " ro"),
                  new UkiSection(UkiSection.Name.INITRD, initrd()))),
          sink);
    }
    return file;
  }

  private static ByteSource initrd() throws IOException {
    TinyImage files =
        new TinyImage()
            .link("usr/lib/systemd/system/default.target", "initrd.target")
            .file("usr/lib/systemd/system/initrd.target", 0644, "[Unit]\nWants=wait.service\n")
            .file("usr/lib/systemd/system/wait.service", 0644, "[Service]\nExecStart=wait\n")
            .file("usr/lib/systemd/system-generators/systemd-cryptsetup-generator", 0755, "elf")
            .file("usr/lib/modules/6.12.0-tiny/kernel/dm-verity.ko", 0644, "module ".repeat(999));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    InitrdWriter.write(files.root.build(), ContentSource.of(files.contents), 3, 1, out);
    return ByteSource.of(out.toByteArray());
  }

  private static RandomSink sink(Path file) throws IOException {
    return RandomSink.of(
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
  }
}
