package io.microvisor.formats.fat;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.ContentSource;
import io.microvisor.bytes.RandomSink;
import io.microvisor.bytes.StructWriter;
import io.microvisor.bytes.Versions;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.TreePath;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/// Writes a FAT32 volume in one pass. The same specification and contents give the same bytes everywhere; free clusters,
/// and contents' 64 KiB blocks of zeros, are never written.
public final class FatWriter {
  /// Raised when the same input gives other bytes.
  public static final Versions VERSIONS = Versions.of("fat", 1);

  private static final long END_OF_CHAIN = 0x0fff_ffffL;
  private static final long UNKNOWN = 0xffff_ffffL;
  private static final int PAGE_ENTRIES = 1 << 14;

  private final FatLayout layout;
  private final RandomSink volume;

  private FatWriter(FatLayout layout, RandomSink volume) {
    this.layout = layout;
    this.volume = volume;
  }

  /// Writes the volume that `spec` asks for to a sink that is all zeros so far.
  ///
  /// @throws IllegalArgumentException as [FatLayout#of] does
  /// @throws IOException if a content is missing or of another size than its tree says
  public static void write(FatSpec spec, ContentSource contents, RandomSink volume)
      throws IOException {
    write(FatLayout.of(spec), contents, volume);
  }

  /// Writes a volume as laid out to a sink that is all zeros so far.
  public static void write(FatLayout layout, ContentSource contents, RandomSink volume)
      throws IOException {
    FatWriter writer = new FatWriter(layout, volume);
    volume.setSize(layout.spec().size().bytes());
    writer.writeReserved();
    writer.writeFats();
    writer.writeDirectories();
    writer.writeFiles(contents);
  }

  private void writeReserved() throws IOException {
    FatSpec spec = layout.spec();
    FatGeometry geometry = layout.geometry();
    long free = geometry.clusters() - layout.usedClusters();
    long nextFree = free == 0 ? UNKNOWN : FatGeometry.FIRST_CLUSTER + layout.usedClusters();
    BootSector boot =
        new BootSector(geometry, spec.volumeId(), spec.label(), FatGeometry.FIRST_CLUSTER);
    FsInfo info = new FsInfo(free, nextFree);
    for (long first : List.of(0, BootSector.BACKUP_SECTOR)) {
      long sector = geometry.sectorBytes();
      volume.write(first * sector, ByteBuffer.wrap(boot.toBytes()));
      volume.write((first + BootSector.FS_INFO_SECTOR) * sector, ByteBuffer.wrap(info.toBytes()));
    }
  }

  private void writeFats() throws IOException {
    FatPages pages = new FatPages();
    pages.add(0x0fff_ff00L | BootSector.MEDIA_FIXED);
    pages.add(END_OF_CHAIN);
    for (FatLayout.Placed placed : layout.placed()) {
      for (long i = 1; i <= placed.clusters(); i++) {
        pages.add(i == placed.clusters() ? END_OF_CHAIN : placed.firstCluster() + i);
      }
    }
    pages.flush();
  }

  /// Entries of both FATs in order, gathered into pages of 64 KiB.
  private final class FatPages {
    private final long[] entries = new long[PAGE_ENTRIES];
    private int count;
    private long position;

    void add(long entry) throws IOException {
      entries[count++] = entry;
      if (count == PAGE_ENTRIES) {
        flush();
      }
    }

    void flush() throws IOException {
      StructWriter page = StructWriter.ofSize(count * Integer.BYTES);
      for (int i = 0; i < count; i++) {
        page.u32le(entries[i]);
      }
      byte[] bytes = page.toBytes();
      for (int fat = 0; fat < FatGeometry.FATS; fat++) {
        volume.write(layout.geometry().fatStartBytes(fat) + position, ByteBuffer.wrap(bytes));
      }
      position += bytes.length;
      count = 0;
    }
  }

  private void writeDirectories() throws IOException {
    Map<TreePath, List<FatLayout.Placed>> children =
        layout.placed().stream()
            .filter(placed -> !placed.path().isRoot())
            .collect(Collectors.groupingBy(placed -> placed.path().parent()));
    Map<TreePath, FatLayout.Placed> directories = new HashMap<>();
    for (FatLayout.Placed placed : layout.placed()) {
      if (placed.inode() instanceof Inode.Directory) {
        directories.put(placed.path(), placed);
        ByteArrayOutputStream entries = new ByteArrayOutputStream();
        begin(placed, directories, entries);
        children.getOrDefault(placed.path(), List.of()).forEach(child -> add(child, entries));
        volume.write(
            layout.geometry().clusterStartBytes(placed.firstCluster()),
            ByteBuffer.wrap(entries.toByteArray()));
      }
    }
  }

  private void begin(
      FatLayout.Placed directory,
      Map<TreePath, FatLayout.Placed> directories,
      ByteArrayOutputStream entries) {
    FatTime time = FatTime.of(directory.inode().meta().mtime());
    if (directory.path().isRoot()) {
      String label = BootSector.paddedLabel(layout.spec().label());
      entries.writeBytes(
          new DirectoryEntry(label, DirectoryEntry.VOLUME_ID, 0, time, 0, 0).toBytes());
    } else {
      FatLayout.Placed parent = Objects.requireNonNull(directories.get(directory.path().parent()));
      // The root is named as cluster 0 here, wherever it is (specification §6.5).
      long above = parent.path().isRoot() ? 0 : parent.firstCluster();
      FatTime timeAbove = FatTime.of(parent.inode().meta().mtime());
      entries.writeBytes(directory(DirectoryEntry.SELF, time, directory.firstCluster()).toBytes());
      entries.writeBytes(directory(DirectoryEntry.PARENT, timeAbove, above).toBytes());
    }
  }

  private static DirectoryEntry directory(String shortName, FatTime time, long firstCluster) {
    return new DirectoryEntry(shortName, DirectoryEntry.DIRECTORY, 0, time, firstCluster, 0);
  }

  private static void add(FatLayout.Placed placed, ByteArrayOutputStream entries) {
    String name = placed.path().name();
    String shortName = placed.shortName();
    if (!ShortNames.isShort(name)) {
      LongNameEntry.of(name, shortName).forEach(piece -> entries.writeBytes(piece.toBytes()));
    }
    FatTime time = FatTime.of(placed.inode().meta().mtime());
    long first = placed.firstCluster();
    DirectoryEntry entry =
        placed.inode() instanceof Inode.RegularFile file
            ? new DirectoryEntry(shortName, DirectoryEntry.ARCHIVE, 0, time, first, file.size())
            : directory(shortName, time, first);
    entries.writeBytes(entry.toBytes());
  }

  private void writeFiles(ContentSource contents) throws IOException {
    for (FatLayout.Placed placed : layout.placed()) {
      if (placed.inode() instanceof Inode.RegularFile file && placed.clusters() > 0) {
        ByteSource content = contents.open(file.content(), file.size(), placed.path().absolute());
        volume.write(layout.geometry().clusterStartBytes(placed.firstCluster()), content);
      }
    }
  }
}
