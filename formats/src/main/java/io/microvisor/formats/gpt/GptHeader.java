package io.microvisor.formats.gpt;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.FormatException;
import io.microvisor.bytes.Guid;
import io.microvisor.bytes.StructReader;
import io.microvisor.bytes.StructWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.CRC32;

/// The GPT header (UEFI 2.10 table 5.5), 92 bytes at the beginning of its sector:
///
/// | offset | size | type  | field                    |
/// |--------|------|-------|--------------------------|
/// | 0      | 8    | ascii | Signature                |
/// | 8      | 4    | u32le | Revision                 |
/// | 12     | 4    | u32le | HeaderSize               |
/// | 16     | 4    | u32le | HeaderCRC32              |
/// | 20     | 4    | u32le | Reserved                 |
/// | 24     | 8    | u64le | MyLBA                    |
/// | 32     | 8    | u64le | AlternateLBA             |
/// | 40     | 8    | u64le | FirstUsableLBA           |
/// | 48     | 8    | u64le | LastUsableLBA            |
/// | 56     | 16   | guid  | DiskGUID                 |
/// | 72     | 8    | u64le | PartitionEntryLBA        |
/// | 80     | 4    | u32le | NumberOfPartitionEntries |
/// | 84     | 4    | u32le | SizeOfPartitionEntry     |
/// | 88     | 4    | u32le | PartitionEntryArrayCRC32 |
///
/// @param myLba the sector this header is in
/// @param alternateLba the sector the other header is in
/// @param firstUsableLba the first sector a partition may have
/// @param lastUsableLba the last sector a partition may have
/// @param disk the disk's GUID
/// @param entryLba the table's first sector
/// @param entryCount how many entries the table has room for
/// @param entrySize the size of an entry, in bytes
/// @param entriesCrc the CRC-32 of the table
public record GptHeader(
    long myLba,
    long alternateLba,
    long firstUsableLba,
    long lastUsableLba,
    Guid disk,
    long entryLba,
    int entryCount,
    int entrySize,
    long entriesCrc) {
  /// The size of a header, in bytes.
  public static final int SIZE = 92;

  /// What a header begins with.
  public static final String SIGNATURE = "EFI PART";

  static final String FORMAT = "GPT disk";

  private static final long REVISION_1_0 = 0x0001_0000;
  private static final int CRC_OFFSET = 16;
  private static final int LARGEST_TABLE = 1 << 20;

  /// The header's bytes, its own CRC-32 included.
  public byte[] toBytes() {
    byte[] header = toBytes(0);
    return toBytes(crc32(header));
  }

  private byte[] toBytes(long headerCrc) {
    return StructWriter.ofSize(SIZE)
        .at(0)
        .ascii(SIGNATURE, 8)
        .at(8)
        .u32le(REVISION_1_0)
        .at(12)
        .u32le(SIZE)
        .at(CRC_OFFSET)
        .u32le(headerCrc)
        .at(20)
        .u32le(0)
        .at(24)
        .u64le(myLba)
        .at(32)
        .u64le(alternateLba)
        .at(40)
        .u64le(firstUsableLba)
        .at(48)
        .u64le(lastUsableLba)
        .at(56)
        .guid(disk)
        .at(72)
        .u64le(entryLba)
        .at(80)
        .u32le(entryCount)
        .at(84)
        .u32le(entrySize)
        .at(88)
        .u32le(entriesCrc)
        .toBytes();
  }

  /// Reads the header in sector `lba` of a disk and checks all that can be checked without its table.
  ///
  /// @throws FormatException if there is none, it is damaged, or it describes another disk than this
  public static GptHeader read(ByteSource disk, SectorSize sectorSize, long lba)
      throws IOException {
    long position = Math.multiplyExact(lba, (long) sectorSize.bytes());
    long sectors = disk.size() / sectorSize.bytes();
    StructReader sector = StructReader.read(FORMAT, disk, position, sectorSize.bytes());
    byte[] bytes = sector.bytes(sectorSize.bytes());
    StructReader in = sector.at(0);
    if (!in.ascii(8).equals(SIGNATURE)) {
      throw FormatException.notThis(
          FORMAT,
          "no \"EFI PART\" at byte "
              + position
              + ", found "
              + HexFormat.ofDelimiter(" ").formatHex(bytes, 0, 8));
    }
    long revision = in.at(8).u32le();
    long size = in.at(12).u32le();
    if (size < SIZE || size > bytes.length) {
      throw FormatException.damaged(
          FORMAT, position + 12, "header size " + size + " (expected: 92 to " + bytes.length + ")");
    }
    long found = in.at(CRC_OFFSET).u32le();
    byte[] checked = Arrays.copyOf(bytes, (int) size);
    Arrays.fill(checked, CRC_OFFSET, CRC_OFFSET + 4, (byte) 0);
    if (crc32(checked) != found) {
      throw FormatException.damaged(
          FORMAT,
          position + CRC_OFFSET,
          "header CRC is " + hex(found) + " (expected: " + hex(crc32(checked)) + ")");
    }
    if (revision != REVISION_1_0) {
      throw FormatException.unsupported(
          FORMAT, position + 8, "revision " + hex(revision) + " (understood: 0x00010000)");
    }
    GptHeader header =
        new GptHeader(
            in.at(24).bounded64le("MyLBA", sectors - 1),
            in.at(32).bounded64le("AlternateLBA", sectors - 1),
            in.at(40).bounded64le("FirstUsableLBA", sectors - 1),
            in.at(48).bounded64le("LastUsableLBA", sectors - 1),
            in.at(56).guid(),
            in.at(72).bounded64le("PartitionEntryLBA", sectors - 1),
            tableField(in.at(80), "NumberOfPartitionEntries"),
            tableField(in.at(84), "SizeOfPartitionEntry"),
            in.at(88).u32le());
    header.check(position, lba, sectorSize);
    return header;
  }

  private static int tableField(StructReader in, String field) throws FormatException {
    long position = in.position();
    long value = in.u32le();
    if (value > LARGEST_TABLE) {
      throw FormatException.unsupported(
          FORMAT, position, field + " " + value + " (understood: at most " + LARGEST_TABLE + ")");
    }
    return (int) value;
  }

  private void check(long position, long lba, SectorSize sectorSize) throws FormatException {
    if (myLba != lba) {
      throw FormatException.damaged(
          FORMAT, position + 24, "MyLBA is " + myLba + " (expected: " + lba + ")");
    }
    if (entrySize < GptEntry.SIZE || Integer.bitCount(entrySize) != 1) {
      throw FormatException.damaged(
          FORMAT, position + 84, "entry size " + entrySize + " (expected: 128 times a power of 2)");
    }
    long tableBytes = (long) entryCount * entrySize;
    if (tableBytes > LARGEST_TABLE) {
      throw FormatException.unsupported(
          FORMAT,
          position + 80,
          "table of " + tableBytes + " bytes (understood: at most " + LARGEST_TABLE + ")");
    }
    long tableEnd = entryLba + Math.ceilDiv(tableBytes, (long) sectorSize.bytes());
    boolean tableBefore = tableEnd <= firstUsableLba;
    boolean tableBehind = entryLba > lastUsableLba;
    if (firstUsableLba > lastUsableLba || entryLba < 2 || !(tableBefore || tableBehind)) {
      throw FormatException.damaged(
          FORMAT,
          position + 40,
          "usable sectors "
              + firstUsableLba
              + " to "
              + lastUsableLba
              + " with a table at "
              + entryLba
              + " (expected: a range without the table)");
    }
  }

  static long crc32(byte[] bytes) {
    CRC32 crc = new CRC32();
    crc.update(ByteBuffer.wrap(bytes));
    return crc.getValue();
  }

  static String hex(long value) {
    return "0x" + HexFormat.of().toHexDigits((int) value);
  }
}
