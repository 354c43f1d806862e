package io.microvisor.formats.gpt;

import io.microvisor.bytes.FormatException;
import io.microvisor.bytes.Guid;
import io.microvisor.bytes.StructReader;
import io.microvisor.bytes.StructWriter;
import java.util.Optional;

/// One entry of the partition table (UEFI 2.10 table 5.6), 128 bytes:
///
/// | offset | size | type    | field               |
/// |--------|------|---------|---------------------|
/// | 0      | 16   | guid    | PartitionTypeGUID   |
/// | 16     | 16   | guid    | UniquePartitionGUID |
/// | 32     | 8    | u64le   | StartingLBA         |
/// | 40     | 8    | u64le   | EndingLBA           |
/// | 48     | 8    | u64le   | Attributes          |
/// | 56     | 72   | utf16le | PartitionName       |
///
/// @param type the partition type GUID; zeros only in an unused entry, which this record never is
/// @param unique the partition's own GUID
/// @param startingLba the first sector
/// @param endingLba the last sector, inclusive
/// @param attributes the attribute bits, see [PartitionFlag]
/// @param name the label, at most 36 UTF-16 units
public record GptEntry(
    Guid type, Guid unique, long startingLba, long endingLba, long attributes, String name) {
  /// The size of an entry, in bytes.
  public static final int SIZE = 128;

  private static final int NAME_UNITS = 36;

  public GptEntry {
    checkName(name);
  }

  static void checkName(String name) {
    if (name.length() > NAME_UNITS || name.indexOf(0) >= 0) {
      throw new IllegalArgumentException(
          "partition name: \""
              + name.replace('\0', '?')
              + "\" of "
              + name.length()
              + " UTF-16 units (expected: at most 36, no NUL)");
    }
  }

  /// The entry's bytes.
  public byte[] toBytes() {
    return StructWriter.ofSize(SIZE)
        .at(0)
        .guid(type)
        .at(16)
        .guid(unique)
        .at(32)
        .u64le(startingLba)
        .at(40)
        .u64le(endingLba)
        .at(48)
        .u64le(attributes)
        .at(56)
        .utf16le(name, 2 * NAME_UNITS)
        .toBytes();
  }

  /// Reads the entry at `offset` of a table; an unused one is empty.
  ///
  /// @throws FormatException if the table ends before
  public static Optional<GptEntry> read(StructReader table, int offset) throws FormatException {
    Guid type = table.at(offset).guid();
    if (type.equals(Guid.ZERO)) {
      return Optional.empty();
    }
    return Optional.of(
        new GptEntry(
            type,
            table.at(offset + 16).guid(),
            table.at(offset + 32).u64le(),
            table.at(offset + 40).u64le(),
            table.at(offset + 48).u64le(),
            table.at(offset + 56).utf16le(2 * NAME_UNITS)));
  }
}
