package io.microvisor.formats.fat;

import io.microvisor.bytes.FormatException;
import io.microvisor.bytes.StructReader;
import io.microvisor.bytes.StructWriter;
import java.nio.charset.StandardCharsets;

/// A directory entry (specification §6), 32 bytes:
///
/// | offset | size | type  | field            |
/// |--------|------|-------|------------------|
/// | 0      | 11   | ascii | DIR_Name         |
/// | 11     | 1    | u8    | DIR_Attr         |
/// | 12     | 1    | u8    | DIR_NTRes        |
/// | 13     | 1    | u8    | DIR_CrtTimeTenth |
/// | 14     | 2    | u16le | DIR_CrtTime      |
/// | 16     | 2    | u16le | DIR_CrtDate      |
/// | 18     | 2    | u16le | DIR_LstAccDate   |
/// | 20     | 2    | u16le | DIR_FstClusHI    |
/// | 22     | 2    | u16le | DIR_WrtTime      |
/// | 24     | 2    | u16le | DIR_WrtDate      |
/// | 26     | 2    | u16le | DIR_FstClusLO    |
/// | 28     | 4    | u32le | DIR_FileSize     |
///
/// @param name the 8.3 name, 11 characters padded with spaces, without the dot
/// @param attributes the bits [#DIRECTORY] and so on
/// @param caseBits which halves of the name are shown in lower case: [#LOWER_BASE], [#LOWER_EXTENSION]
/// @param modified when it was written; its creation and last access are given as the same
/// @param firstCluster where its content begins, 0 for none
/// @param size the content's size in bytes; 0 for directories
record DirectoryEntry(
    String name, int attributes, int caseBits, FatTime modified, long firstCluster, long size) {
  static final int SIZE = 32;
  static final int VOLUME_ID = 0x08;
  static final int DIRECTORY = 0x10;
  static final int ARCHIVE = 0x20;
  static final int LOWER_BASE = 0x08;
  static final int LOWER_EXTENSION = 0x10;

  /// The name of a directory's entry for itself.
  static final String SELF = ".          ";

  /// The name of a directory's entry for the one it lies in.
  static final String PARENT = "..         ";

  private static final int NAME_SIZE = 11;

  byte[] toBytes() {
    return StructWriter.ofSize(SIZE)
        .at(0)
        .ascii(name, NAME_SIZE)
        .at(11)
        .u8(attributes)
        .at(12)
        .u8(caseBits)
        .at(13)
        .u8(modified.tenths())
        .at(14)
        .u16le(modified.time())
        .at(16)
        .u16le(modified.date())
        .at(18)
        .u16le(modified.date())
        .at(20)
        .u16le((int) (firstCluster >> 16))
        .at(22)
        .u16le(modified.time())
        .at(24)
        .u16le(modified.date())
        .at(26)
        .u16le((int) (firstCluster & 0xffff))
        .at(28)
        .u32le(size)
        .toBytes();
  }

  /// Reads the next 32 bytes; each byte of the name becomes the character of the same number.
  static DirectoryEntry read(StructReader in) throws FormatException {
    String name = new String(in.bytes(NAME_SIZE), StandardCharsets.ISO_8859_1);
    int attributes = in.u8();
    int caseBits = in.u8();
    in.skip(7);
    long high = in.u16le();
    int time = in.u16le();
    int date = in.u16le();
    long low = in.u16le();
    return new DirectoryEntry(
        name, attributes, caseBits, new FatTime(date, time, 0), high << 16 | low, in.u32le());
  }

  boolean isDirectory() {
    return (attributes & DIRECTORY) != 0;
  }

  /// The sum of the 8.3 name that ties its long name's entries to it (specification §7.2).
  static int checksum(String name) {
    int sum = 0;
    for (byte b : name.getBytes(StandardCharsets.ISO_8859_1)) {
      sum = ((sum & 1) << 7) + (sum >> 1) + (b & 0xff) & 0xff;
    }
    return sum;
  }
}
