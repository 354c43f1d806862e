package io.microvisor.formats.fat;

import io.microvisor.bytes.FormatException;
import io.microvisor.bytes.StructReader;
import io.microvisor.bytes.StructWriter;
import java.util.ArrayList;
import java.util.List;

/// A piece of a long name (specification §7), 32 bytes; the pieces stand before the 8.3 entry, the last one first:
///
/// | offset | size | type    | field          |
/// |--------|------|---------|----------------|
/// | 0      | 1    | u8      | LDIR_Ord       |
/// | 1      | 10   | bytes   | LDIR_Name1     |
/// | 11     | 1    | u8      | LDIR_Attr      |
/// | 12     | 1    | u8      | LDIR_Type      |
/// | 13     | 1    | u8      | LDIR_Chksum    |
/// | 14     | 12   | bytes   | LDIR_Name2     |
/// | 26     | 2    | u16le   | LDIR_FstClusLO |
/// | 28     | 4    | bytes   | LDIR_Name3     |
///
/// @param order the piece's number from 1, with [#LAST] set in the piece that ends the name
/// @param checksum that of the 8.3 name
/// @param units 13 UTF-16 units; the name ends at a zero, and 0xFFFF fills what is behind it
record LongNameEntry(int order, int checksum, String units) {
  static final int ATTRIBUTES = 0x0f;
  static final int LAST = 0x40;
  static final int UNITS = 13;

  /// The pieces of a name in the order in which they are written.
  ///
  /// @param name 1 to 255 UTF-16 units
  static List<LongNameEntry> of(String name, String shortName) {
    int checksum = DirectoryEntry.checksum(shortName);
    int count = Math.ceilDiv(name.length(), UNITS);
    StringBuilder padded = new StringBuilder(name);
    if (padded.length() < count * UNITS) {
      padded.append('\0');
    }
    while (padded.length() < count * UNITS) {
      padded.append('\uffff');
    }
    List<LongNameEntry> pieces = new ArrayList<>();
    for (int i = count; i >= 1; i--) {
      String units = padded.substring((i - 1) * UNITS, i * UNITS);
      pieces.add(new LongNameEntry(i == count ? i | LAST : i, checksum, units));
    }
    return pieces;
  }

  byte[] toBytes() {
    return StructWriter.ofSize(DirectoryEntry.SIZE)
        .at(0)
        .u8(order)
        .at(1)
        .bytes(utf16(0, 5))
        .at(11)
        .u8(ATTRIBUTES)
        .at(12)
        .u8(0)
        .at(13)
        .u8(checksum)
        .at(14)
        .bytes(utf16(5, 11))
        .at(26)
        .u16le(0)
        .at(28)
        .bytes(utf16(11, UNITS))
        .toBytes();
  }

  /// Java's encoder replaces a half of a surrogate pair, which the end of a piece may cut off: so unit by unit.
  private byte[] utf16(int from, int to) {
    StructWriter out = StructWriter.ofSize(2 * (to - from));
    for (int i = from; i < to; i++) {
      out.u16le(units.charAt(i));
    }
    return out.toBytes();
  }

  static LongNameEntry read(StructReader in) throws FormatException {
    StringBuilder units = new StringBuilder();
    int order = in.u8();
    readUnits(in, 5, units);
    in.skip(2);
    int checksum = in.u8();
    readUnits(in, 6, units);
    in.skip(2);
    readUnits(in, 2, units);
    return new LongNameEntry(order, checksum, units.toString());
  }

  private static void readUnits(StructReader in, int count, StringBuilder into)
      throws FormatException {
    for (int i = 0; i < count; i++) {
      into.append((char) in.u16le());
    }
  }
}
