package io.microvisor.formats.gpt;

import io.microvisor.bytes.ByteSize;
import io.microvisor.bytes.Guid;
import java.util.ArrayList;
import java.util.List;

/// Where everything of a [GptSpec] goes on the disk.
///
/// The primary header is in sector 1 with its table behind it, the backup header in the last sector with its table
/// before it (UEFI 2.10 §5.3.1). Partitions begin and end at multiples of [#ALIGNMENT].
///
/// @param spec what was wanted
/// @param extents the partitions' places, in the order of the specification's partitions
/// @param diskSize the size of the whole disk, a multiple of its sector size
public record GptLayout(GptSpec spec, List<PartitionExtent> extents, ByteSize diskSize) {
  /// What partitions begin and end on: 1 MiB, in bytes, which suits every disk's physical sectors and erase blocks.
  public static final long ALIGNMENT = 1L << 20;

  /// How many entries the table has room for: 16 KiB of them, the least that UEFI allows.
  public static final int ENTRY_COUNT = 128;

  /// The layout on the smallest disk that has room, a multiple of 1 MiB.
  ///
  /// @throws IllegalArgumentException if partitions placed by position overlap
  public static GptLayout of(GptSpec spec) {
    List<PartitionExtent> extents = place(spec);
    long end = extents.stream().mapToLong(PartitionExtent::endBytes).max().orElse(ALIGNMENT);
    ByteSize size = new ByteSize(Math.addExact(end, backupBytes(spec))).alignUp(ALIGNMENT);
    return new GptLayout(spec, List.copyOf(extents), size);
  }

  /// The layout on a disk of `diskSize`, a multiple of the sector size.
  ///
  /// @throws IllegalArgumentException if partitions overlap or do not fit
  public static GptLayout of(GptSpec spec, ByteSize diskSize) {
    GptLayout smallest = of(spec);
    long end =
        smallest.extents.stream().mapToLong(PartitionExtent::endBytes).max().orElse(ALIGNMENT);
    if (diskSize.bytes() % spec.sectorSize().bytes() != 0
        || diskSize.bytes() - backupBytes(spec) < end) {
      throw new IllegalArgumentException(
          "disk: "
              + diskSize
              + " does not hold its partitions (expected: at least "
              + smallest.diskSize
              + ", in whole sectors)");
    }
    return new GptLayout(spec, smallest.extents, diskSize);
  }

  private static List<PartitionExtent> place(GptSpec spec) {
    List<PartitionExtent> extents = new ArrayList<>();
    long next = ALIGNMENT;
    for (PartitionSpec partition : spec.partitions()) {
      long start =
          switch (partition.placement()) {
            case Placement.Next _ -> next;
            case Placement.At at -> at.start().bytes();
          };
      long size = partition.placement().size().alignUp(ALIGNMENT).bytes();
      next = Math.addExact(start, size);
      PartitionExtent extent = new PartitionExtent(start, size);
      for (int i = 0; i < extents.size(); i++) {
        if (extents.get(i).overlaps(extent)) {
          throw new IllegalArgumentException(
              "partition \""
                  + partition.name()
                  + "\": overlaps \""
                  + spec.partitions().get(i).name()
                  + "\" at byte "
                  + Math.max(start, extents.get(i).startBytes())
                  + " (expected: room of its own)");
        }
      }
      extents.add(extent);
    }
    return extents;
  }

  private static long backupBytes(GptSpec spec) {
    return (1L + spec.sectorSize().tableSectors()) * spec.sectorSize().bytes();
  }

  /// The place of the partition whose own GUID is `unique`.
  ///
  /// @throws IllegalArgumentException if there is none
  public PartitionExtent extent(Guid unique) {
    for (int i = 0; i < extents.size(); i++) {
      if (spec.partitions().get(i).unique().equals(unique)) {
        return extents.get(i);
      }
    }
    throw new IllegalArgumentException("partition " + unique + ": not in this layout");
  }

  /// The table's entries, without the unused ones behind them.
  public List<GptEntry> entries() {
    int sector = spec.sectorSize().bytes();
    List<GptEntry> entries = new ArrayList<>();
    for (int i = 0; i < extents.size(); i++) {
      PartitionSpec partition = spec.partitions().get(i);
      entries.add(
          new GptEntry(
              partition.type(),
              partition.unique(),
              extents.get(i).startBytes() / sector,
              extents.get(i).endBytes() / sector - 1,
              partition.attributes(),
              partition.name()));
    }
    return List.copyOf(entries);
  }

  /// The primary header, of sector 1.
  ///
  /// @param entriesCrc the CRC-32 of the table
  public GptHeader primaryHeader(long entriesCrc) {
    return header(1, lastLba(), 2, entriesCrc);
  }

  /// The backup header, of the last sector.
  ///
  /// @param entriesCrc the CRC-32 of the table
  public GptHeader backupHeader(long entriesCrc) {
    return header(lastLba(), 1, lastLba() - spec.sectorSize().tableSectors(), entriesCrc);
  }

  private GptHeader header(long myLba, long alternateLba, long entryLba, long entriesCrc) {
    int tableSectors = spec.sectorSize().tableSectors();
    return new GptHeader(
        myLba,
        alternateLba,
        2 + tableSectors,
        lastLba() - tableSectors - 1,
        spec.disk(),
        entryLba,
        ENTRY_COUNT,
        GptEntry.SIZE,
        entriesCrc);
  }

  /// The disk's last sector.
  long lastLba() {
    return diskSize.bytes() / spec.sectorSize().bytes() - 1;
  }
}
