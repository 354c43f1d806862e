package io.microvisor.formats.tar;

import io.microvisor.bytes.FormatException;
import io.microvisor.bytes.StructReader;
import io.microvisor.bytes.StructWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// The header block before each member: numbers are octal ASCII digits ended by a space or NUL; one that is only NULs is 0.
///
/// | field | offset | size | meaning |
/// |---|---|---|---|
/// | name | 0 | 100 | the path, ended by NUL if shorter |
/// | mode | 100 | 8 | permission bits |
/// | uid | 108 | 8 | owner |
/// | gid | 116 | 8 | group |
/// | size | 124 | 12 | of the content, in bytes |
/// | mtime | 136 | 12 | modification time, seconds since 1970 |
/// | chksum | 148 | 8 | sum of all bytes of the block, these eight taken as spaces |
/// | typeflag | 156 | 1 | what the member is |
/// | linkname | 157 | 100 | the target of a link |
/// | magic | 257 | 6 | `ustar` and NUL; GNU has a space for the NUL |
/// | version | 263 | 2 | `00`; GNU has a space and NUL |
/// | uname | 265 | 32 | owner's name |
/// | gname | 297 | 32 | group's name |
/// | devmajor | 329 | 8 | of a device |
/// | devminor | 337 | 8 | of a device |
/// | prefix | 345 | 155 | goes before name and a slash; GNU has other fields here |
///
/// GNU tar writes a number that does not fit in base 256: the first byte has its top bit set, and the rest of the field
/// is a big-endian two's complement number.
@SuppressWarnings("ArrayRecordComponent") // Never compared, never handed out.
record TarHeader(
    byte[] name,
    int mode,
    long uid,
    long gid,
    long size,
    long mtime,
    char typeflag,
    byte[] linkname,
    byte[] uname,
    byte[] gname,
    int devmajor,
    int devminor) {
  static final String FORMAT = "tar archive";
  static final int BLOCK_SIZE = 512;
  static final int NAME_SIZE = 100;

  private static final int NAME_OF_OWNER_SIZE = 32;
  static final long LARGEST_SEVEN_DIGITS = 07777777;
  static final long LARGEST_ELEVEN_DIGITS = 077777777777L;

  private static final String POSIX_MAGIC = "ustar\00000";
  private static final String GNU_MAGIC = "ustar  \0";
  private static final int LARGEST_MODE = 07777;

  /// Reads a header.
  ///
  /// @param block the header's 512 bytes
  /// @param position where in the archive they were
  static TarHeader read(byte[] block, long position) throws IOException {
    StructReader reader = StructReader.of(FORMAT, block);
    Fields fields = new Fields(block, position);
    String magic = new String(block, 257, 8, StandardCharsets.ISO_8859_1);
    boolean posix = magic.equals(POSIX_MAGIC);
    if (!posix && !magic.equals(GNU_MAGIC)) {
      throw position == 0
          ? FormatException.notThis(FORMAT, "no \"ustar\" at byte 257")
          : FormatException.damaged(FORMAT, position + 257, "no \"ustar\"");
    }
    long chksum = fields.number("chksum", 148, 8, 0, 512 * 255);
    if (chksum != sum(block)) {
      throw FormatException.damaged(
          FORMAT, position + 148, "chksum " + chksum + " (expected: " + sum(block) + ")");
    }
    byte[] name = fields.text(0, NAME_SIZE);
    byte[] prefix = posix ? fields.text(345, 155) : new byte[0];
    char typeflag = (char) reader.at(156).u8();
    boolean device = typeflag == '3' || typeflag == '4';
    return new TarHeader(
        prefix.length == 0 ? name : joined(prefix, name),
        (int) fields.number("mode", 100, 8, 0, 0xffff_ffffL)
            & LARGEST_MODE, // Some put the type in, too: Unix's, or Go's, which has it in higher
        // bits.
        fields.number("uid", 108, 8, 0, 0xffff_fffeL),
        fields.number("gid", 116, 8, 0, 0xffff_fffeL),
        fields.number("size", 124, 12, 0, Long.MAX_VALUE),
        fields.number("mtime", 136, 12, Long.MIN_VALUE, Long.MAX_VALUE),
        typeflag,
        fields.text(157, NAME_SIZE),
        fields.text(265, NAME_OF_OWNER_SIZE),
        fields.text(297, NAME_OF_OWNER_SIZE),
        device ? (int) fields.number("devmajor", 329, 8, 0, 0xfff) : 0,
        device ? (int) fields.number("devminor", 337, 8, 0, 0xfffff) : 0);
  }

  private static byte[] joined(byte[] prefix, byte[] name) {
    byte[] path = Arrays.copyOf(prefix, prefix.length + 1 + name.length);
    path[prefix.length] = '/';
    System.arraycopy(name, 0, path, prefix.length + 1, name.length);
    return path;
  }

  private static int sum(byte[] block) {
    int sum = 8 * ' ';
    for (int i = 0; i < BLOCK_SIZE; i++) {
      sum += i < 148 || i >= 156 ? block[i] & 0xff : 0;
    }
    return sum;
  }

  /// The header's block, in POSIX form.
  ///
  /// @throws IllegalArgumentException if something does not fit its field
  byte[] toBytes() {
    StructWriter writer = StructWriter.ofSize(BLOCK_SIZE);
    writer.at(0).bytes(name).zeros(NAME_SIZE - name.length);
    writer.at(100).ascii(octal(mode, 7), 8);
    writer.at(108).ascii(octal(uid, 7), 8);
    writer.at(116).ascii(octal(gid, 7), 8);
    writer.at(124).ascii(octal(size, 11), 12);
    writer.at(136).ascii(octal(mtime, 11), 12);
    writer.at(148).ascii("        ", 8);
    writer.at(156).u8(typeflag);
    writer.at(157).bytes(linkname).zeros(NAME_SIZE - linkname.length);
    writer.at(257).ascii(POSIX_MAGIC, 8);
    writer.at(265).bytes(uname).zeros(NAME_OF_OWNER_SIZE - uname.length);
    writer.at(297).bytes(gname).zeros(NAME_OF_OWNER_SIZE - gname.length);
    writer.at(329).ascii(octal(devmajor, 7), 8);
    writer.at(337).ascii(octal(devminor, 7), 8);
    writer.at(345).zeros(155);
    writer.at(500).zeros(12);
    byte[] block = writer.toBytes();
    byte[] chksum = StructWriter.ofSize(8).ascii(octal(sum(block), 6), 7).u8(' ').toBytes();
    System.arraycopy(chksum, 0, block, 148, 8);
    return block;
  }

  private static String octal(long value, int digits) {
    String text = Long.toOctalString(value);
    return "0".repeat(digits - text.length()) + text;
  }

  /// Reads fields of one block.
  @SuppressWarnings("ArrayRecordComponent") // Never compared, never handed out.
  private record Fields(byte[] block, long position) {
    byte[] text(int offset, int size) {
      int end = offset;
      while (end < offset + size && block[end] != 0) {
        end++;
      }
      return Arrays.copyOfRange(block, offset, end);
    }

    long number(String field, int offset, int size, long min, long max) throws IOException {
      long value =
          block[offset] < 0 ? base256(field, offset, size) : octalNumber(field, offset, size);
      if (value < min || value > max) {
        throw FormatException.damaged(
            FORMAT,
            position + offset,
            field + " " + value + " (expected: " + min + " to " + max + ")");
      }
      return value;
    }

    private long octalNumber(String field, int offset, int size) throws IOException {
      int at = offset;
      int end = offset + size;
      while (at < end && block[at] == ' ') {
        at++;
      }
      long value = 0;
      int digits = 0;
      for (; at < end && block[at] >= '0' && block[at] <= '7'; at++, digits++) {
        value = value << 3 | block[at] - '0';
      }
      boolean ended = at == end || block[at] == ' ' || block[at] == 0;
      boolean empty = at < end && block[at] == 0;
      if (digits == 0 && !empty || !ended) {
        throw FormatException.damaged(FORMAT, position + offset, field + " is not an octal number");
      }
      return value;
    }

    private long base256(String field, int offset, int size) throws IOException {
      boolean negative = (block[offset] & 0x40) != 0;
      long value = negative ? -1 : 0;
      for (int i = 0; i < size; i++) {
        int digit =
            i == 0 ? (block[offset] & 0x3f) | (negative ? 0xc0 : 0) : block[offset + i] & 0xff;
        if (value >> 55 != (negative ? -1 : 0)) {
          throw FormatException.damaged(FORMAT, position + offset, field + " does not fit 64 bits");
        }
        value = value << 8 | digit;
      }
      return value;
    }
  }
}
