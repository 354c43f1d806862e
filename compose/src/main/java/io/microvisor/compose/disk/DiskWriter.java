package io.microvisor.compose.disk;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.ContentSource;
import io.microvisor.bytes.Digest;
import io.microvisor.bytes.RandomSink;
import io.microvisor.compose.problem.Problem;
import io.microvisor.compose.problem.RejectedException;
import io.microvisor.formats.fat.FatSpec;
import io.microvisor.formats.fat.FatWriter;
import io.microvisor.formats.gpt.Extent;
import io.microvisor.formats.gpt.GptLayout;
import io.microvisor.formats.gpt.GptWriter;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.Meta;
import io.microvisor.formats.tree.TreePath;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Writes a [DiskSpec]: table, EFI system partition, root and hash tree, each where the layout says.
public final class DiskWriter {
  /// Raised when the same parts give other bytes.
  public static final int VERSION = 1;

  private static final String LOADER_CONF = "timeout 0\neditor no\n";

  private DiskWriter() {}

  /// Writes the disk.
  ///
  /// @throws RejectedException if a slot is too small
  public static void write(DiskSpec spec, RandomSink disk) throws IOException {
    List<Problem> problems = spec.problems();
    if (!problems.isEmpty()) {
      throw new RejectedException(problems);
    }
    GptLayout layout = spec.layout();
    GptWriter.write(layout, disk);
    Extent esp = layout.extents().get(0);
    Map<Digest, ByteSource> contents = new HashMap<>();
    FatSpec fat =
        new FatSpec(
            "ESP",
            volumeId(spec),
            layout.spec().partitions().get(0).placement().size(),
            layout.spec().sectorSize().bytes(),
            files(spec, contents));
    FatWriter.write(fat, ContentSource.of(contents), disk.at(esp.startBytes()));
    disk.write(layout.extents().get(1).startBytes(), spec.root());
    disk.write(layout.extents().get(2).startBytes(), spec.verity());
  }

  private static long volumeId(DiskSpec spec) {
    byte[] derived = Digest.sha256("emt FAT volume id of " + spec.rootHash().hex()).bytes();
    return (derived[0] & 0xffL) << 24
        | (derived[1] & 0xff) << 16
        | (derived[2] & 0xff) << 8
        | derived[3] & 0xff;
  }

  private static FileTree files(DiskSpec spec, Map<Digest, ByteSource> contents)
      throws IOException {
    FileTree.Builder tree = FileTree.builder();
    add(spec, tree, contents, "EFI/BOOT/BOOTX64.EFI", spec.bootLoader());
    add(spec, tree, contents, "EFI/systemd/systemd-bootx64.efi", spec.bootLoader());
    add(spec, tree, contents, "EFI/Linux/" + spec.ukiName(), spec.uki());
    add(
        spec,
        tree,
        contents,
        "loader/loader.conf",
        DiskSpec.Program.of(ByteSource.of(LOADER_CONF.getBytes(StandardCharsets.US_ASCII))));
    FileTree made = tree.build();
    made.entries()
        .filter(e -> e.inode() instanceof Inode.Directory)
        .forEach(e ->
            tree.replaceInode(
                e.path(), new Inode.Directory(Meta.of(0755).withMtime(spec.epoch()))));
    return tree.build();
  }

  private static void add(
      DiskSpec spec,
      FileTree.Builder tree,
      Map<Digest, ByteSource> contents,
      String path,
      DiskSpec.Program file) {
    contents.put(file.digest(), file.bytes());
    TreePath place = TreePath.of(path);
    tree.mkdirs(place.parent())
        .put(
            place,
            new Inode.RegularFile(
                Meta.of(0644).withMtime(spec.epoch()), file.digest(), file.size()));
  }
}
