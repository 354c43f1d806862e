package io.microvisor.formats.cpio;

import io.microvisor.bytes.FormatException;
import io.microvisor.bytes.StructReader;
import io.microvisor.bytes.StructWriter;
import java.util.HexFormat;
import java.util.Locale;

/// The header of one member. All fields but the magic are 8 hexadecimal digits:
///
/// | offset | field       | size | meaning                                             |
/// |--------|-------------|------|-----------------------------------------------------|
/// | 0      | c_magic     | 6    | "070701"                                            |
/// | 6      | c_ino       | 8    | tells hard links apart                              |
/// | 14     | c_mode      | 8    | type and permissions, as in stat(2)                 |
/// | 22     | c_uid       | 8    | owner                                               |
/// | 30     | c_gid       | 8    | group                                               |
/// | 38     | c_nlink     | 8    | number of names                                     |
/// | 46     | c_mtime     | 8    | seconds since 1970                                  |
/// | 54     | c_filesize  | 8    | bytes of content after the name                     |
/// | 62     | c_devmajor  | 8    | file system the file was on: 0                      |
/// | 70     | c_devminor  | 8    | likewise                                            |
/// | 78     | c_rdevmajor | 8    | major number of a device node                       |
/// | 86     | c_rdevminor | 8    | minor number of a device node                       |
/// | 94     | c_namesize  | 8    | bytes of the name with its NUL                      |
/// | 102    | c_check     | 8    | 0                                                   |
///
/// The name follows, then NULs to a multiple of 4 bytes from the header's beginning, then the content, likewise padded.
record CpioHeader(
    long inode,
    int mode,
    long uid,
    long gid,
    long links,
    long mtime,
    long fileSize,
    long deviceMajor,
    long deviceMinor,
    long nameSize) {
  static final int SIZE = 110;
  static final String TRAILER = "TRAILER!!!";
  static final int TYPE = 0170000;
  static final int DIRECTORY = 0040000;
  static final int FILE = 0100000;
  static final int SYMLINK = 0120000;
  static final int BLOCK = 0060000;
  static final int CHARACTER = 0020000;
  static final int FIFO = 0010000;
  static final int SOCKET = 0140000;

  private static final String MAGIC = "070701";

  /// The record's bytes.
  ///
  /// @throws IllegalArgumentException if a value does not fit 32 bits
  byte[] toBytes() {
    return StructWriter.ofSize(SIZE)
        .at(0)
        .ascii(MAGIC, 6)
        .at(6)
        .ascii(hex("c_ino", inode), 8)
        .at(14)
        .ascii(hex("c_mode", mode), 8)
        .at(22)
        .ascii(hex("c_uid", uid), 8)
        .at(30)
        .ascii(hex("c_gid", gid), 8)
        .at(38)
        .ascii(hex("c_nlink", links), 8)
        .at(46)
        .ascii(hex("c_mtime", mtime), 8)
        .at(54)
        .ascii(hex("c_filesize", fileSize), 8)
        .at(62)
        .ascii(hex("c_devmajor", 0), 8)
        .at(70)
        .ascii(hex("c_devminor", 0), 8)
        .at(78)
        .ascii(hex("c_rdevmajor", deviceMajor), 8)
        .at(86)
        .ascii(hex("c_rdevminor", deviceMinor), 8)
        .at(94)
        .ascii(hex("c_namesize", nameSize), 8)
        .at(102)
        .ascii(hex("c_check", 0), 8)
        .toBytes();
  }

  private static String hex(String field, long value) {
    if (value < 0 || value > 0xffff_ffffL) {
      throw new IllegalArgumentException(
          "cpio archive: " + field + " " + value + " (expected: 0 to 4294967295)");
    }
    return HexFormat.of().toHexDigits(value, 8).toUpperCase(Locale.ROOT);
  }

  static CpioHeader read(String format, StructReader in) throws FormatException {
    long position = in.position();
    String magic = in.ascii(6);
    if (!magic.equals(MAGIC)) {
      throw magic.equals("070702")
          ? FormatException.unsupported(format, position, "checksums (understood: 070701)")
          : FormatException.damaged(format, position, "no magic number (expected: 070701)");
    }
    long inode = number(format, in);
    int mode = (int) number(format, in);
    long uid = number(format, in);
    long gid = number(format, in);
    long links = number(format, in);
    long mtime = number(format, in);
    long fileSize = number(format, in);
    in.skip(16);
    return new CpioHeader(
        inode,
        mode,
        uid,
        gid,
        links,
        mtime,
        fileSize,
        number(format, in),
        number(format, in),
        number(format, in));
  }

  private static long number(String format, StructReader in) throws FormatException {
    long position = in.position();
    String digits = in.ascii(8);
    if (digits.length() != 8 || !digits.chars().allMatch(HexFormat::isHexDigit)) {
      throw FormatException.damaged(
          format, position, "\"" + digits + "\" (expected: 8 hexadecimal digits)");
    }
    return HexFormat.fromHexDigitsToLong(digits);
  }
}
