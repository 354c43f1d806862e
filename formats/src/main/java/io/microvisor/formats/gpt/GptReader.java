package io.microvisor.formats.gpt;

import io.microvisor.bytes.ByteSize;
import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.FormatException;
import io.microvisor.bytes.Guid;
import io.microvisor.bytes.StructReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Reads a disk's partition table, from its backup when the primary is damaged (UEFI 2.10 §5.3.2).
public final class GptReader {
  private static final String FORMAT = GptHeader.FORMAT;

  private final ByteSource disk;
  private final SectorSize sectorSize;
  private final List<Gpt.Fault> faults = new ArrayList<>();

  private GptReader(ByteSource disk, SectorSize sectorSize) {
    this.disk = disk;
    this.sectorSize = sectorSize;
  }

  /// Reads a disk whose sector size is not known: the one at which a header is found, first of all a primary one.
  ///
  /// @throws FormatException if there is no GPT, or neither copy is sound
  public static Gpt read(ByteSource disk) throws IOException {
    for (SectorSize size : SectorSize.values()) {
      if (hasSignature(disk, size.bytes())) {
        return read(disk, size);
      }
    }
    for (SectorSize size : SectorSize.values()) {
      if (hasSignature(disk, lastSector(disk, size) * size.bytes())) {
        return read(disk, size);
      }
    }
    return read(disk, SectorSize.B512);
  }

  /// Reads a disk of a known sector size.
  ///
  /// @throws FormatException if there is no GPT, or neither copy is sound
  public static Gpt read(ByteSource disk, SectorSize sectorSize) throws IOException {
    return new GptReader(disk, sectorSize).read();
  }

  private static boolean hasSignature(ByteSource disk, long position) throws IOException {
    return position >= 0
        && disk.size() >= position + 8
        && StructReader.read(FORMAT, disk, position, 8).ascii(8).equals(GptHeader.SIGNATURE);
  }

  private static long lastSector(ByteSource disk, SectorSize size) {
    return disk.size() / size.bytes() - 1;
  }

  private record Table(GptHeader header, List<Gpt.Partition> partitions) {}

  private Gpt read() throws IOException {
    Table table = tableOfEitherCopy();
    try {
      ProtectiveMbr.read(disk);
    } catch (FormatException e) {
      faults.add(new Gpt.Fault(Gpt.Copy.PROTECTIVE_MBR, String.valueOf(e.getMessage())));
    }
    return new Gpt(
        table.header.disk(),
        sectorSize,
        new ByteSize(disk.size()),
        table.partitions,
        faults.stream().sorted(Comparator.comparing(Gpt.Fault::copy)).toList());
  }

  private Table tableOfEitherCopy() throws IOException {
    Table primary;
    try {
      primary = table(1);
    } catch (FormatException problem) {
      return backupInsteadOf(problem);
    }
    try {
      Table backup = table(primary.header.alternateLba());
      if (!backup.partitions.equals(primary.partitions)
          || !backup.header.disk().equals(primary.header.disk())) {
        throw FormatException.damaged(
            FORMAT,
            backup.header.myLba() * sectorSize.bytes(),
            "the backup differs from the primary (expected: the same table)");
      }
    } catch (FormatException problem) {
      faults.add(new Gpt.Fault(Gpt.Copy.BACKUP, String.valueOf(problem.getMessage())));
    }
    return primary;
  }

  private Table backupInsteadOf(FormatException primaryProblem) throws IOException {
    long last = lastSector(disk, sectorSize);
    if (last < 2) {
      throw primaryProblem;
    }
    try {
      Table backup = table(last);
      faults.add(new Gpt.Fault(Gpt.Copy.PRIMARY, String.valueOf(primaryProblem.getMessage())));
      return backup;
    } catch (FormatException backupProblem) {
      primaryProblem.addSuppressed(backupProblem);
      throw primaryProblem;
    }
  }

  private Table table(long headerLba) throws IOException {
    GptHeader header = GptHeader.read(disk, sectorSize, headerLba);
    long position = header.entryLba() * sectorSize.bytes();
    int size = header.entryCount() * header.entrySize();
    StructReader table = StructReader.read(FORMAT, disk, position, size);
    long crc = GptHeader.crc32(table.bytes(size));
    if (crc != header.entriesCrc()) {
      throw FormatException.damaged(
          FORMAT,
          position,
          "partition table CRC is "
              + GptHeader.hex(crc)
              + " (expected: "
              + GptHeader.hex(header.entriesCrc())
              + ")");
    }
    List<Gpt.Partition> partitions = new ArrayList<>();
    for (int i = 0; i < header.entryCount(); i++) {
      int offset = i * header.entrySize();
      Optional<GptEntry> entry = GptEntry.read(table, offset);
      if (entry.isPresent()) {
        partitions.add(partition(header, i + 1, entry.get(), position + offset));
      }
    }
    checkApart(partitions, position);
    return new Table(header, List.copyOf(partitions));
  }

  private Gpt.Partition partition(GptHeader header, int number, GptEntry entry, long position)
      throws FormatException {
    if (entry.startingLba() < header.firstUsableLba()
        || entry.endingLba() > header.lastUsableLba()
        || entry.startingLba() > entry.endingLba()) {
      throw FormatException.damaged(
          FORMAT,
          position + 32,
          "partition %d has sectors %s to %s (expected: within %d to %d)"
              .formatted(
                  number,
                  Long.toUnsignedString(entry.startingLba()),
                  Long.toUnsignedString(entry.endingLba()),
                  header.firstUsableLba(),
                  header.lastUsableLba()));
    }
    int sector = sectorSize.bytes();
    PartitionExtent extent =
        new PartitionExtent(
            entry.startingLba() * sector, (entry.endingLba() - entry.startingLba() + 1) * sector);
    return new Gpt.Partition(
        number, entry.type(), entry.unique(), entry.name(), extent, entry.attributes());
  }

  private static void checkApart(List<Gpt.Partition> partitions, long position)
      throws FormatException {
    List<Gpt.Partition> inOrder =
        partitions.stream().sorted(Comparator.comparingLong(p -> p.extent().startBytes())).toList();
    Set<Guid> seen = new HashSet<>();
    for (int i = 0; i < inOrder.size(); i++) {
      if (!seen.add(inOrder.get(i).unique())) {
        throw FormatException.damaged(
            FORMAT, position, "unique GUID " + inOrder.get(i).unique() + " twice (expected: once)");
      }
      if (i > 0 && inOrder.get(i - 1).extent().overlaps(inOrder.get(i).extent())) {
        throw FormatException.damaged(
            FORMAT,
            position,
            "partitions %d and %d overlap (expected: apart)"
                .formatted(inOrder.get(i - 1).number(), inOrder.get(i).number()));
      }
    }
  }
}
