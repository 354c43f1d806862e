package io.microvisor.formats.ar;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.FormatException;
import io.microvisor.bytes.StructReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Reads the members of an archive. It begins with `!<arch>` and a line feed; each member begins at an even position
/// with a header of 60 bytes, all text padded with spaces:
///
/// | field | offset | size | meaning |
/// |---|---|---|---|
/// | ar_name | 0 | 16 | the name; GNU ar ends it with `/` |
/// | ar_date | 16 | 12 | modification time, decimal |
/// | ar_uid | 28 | 6 | owner, decimal |
/// | ar_gid | 34 | 6 | group, decimal |
/// | ar_mode | 40 | 8 | mode, octal |
/// | ar_size | 48 | 10 | size of the content in bytes, decimal |
/// | ar_fmag | 58 | 2 | a grave accent and a line feed |
public final class ArReader {
  private static final String FORMAT = "common ar archive";
  private static final String ARMAG = "!<arch>\n";
  private static final String ARFMAG = "`\n";
  private static final int HEADER_SIZE = 60;
  private static final int MOST_MEMBERS = 4096;

  private ArReader() {}

  /// The members in the order of the archive; their names differ.
  ///
  /// @throws FormatException if the bytes are no archive, a header is not as above, a content does not fit, a name
  ///     appears twice, or a GNU or BSD extension is used
  public static List<ArMember> read(ByteSource archive) throws IOException {
    if (archive.size() < ARMAG.length()
        || !StructReader.read(FORMAT, archive, 0, ARMAG.length())
            .ascii(ARMAG.length())
            .equals(ARMAG)) {
      throw FormatException.notThis(FORMAT, "no \"!<arch>\" at byte 0");
    }
    List<ArMember> members = new ArrayList<>();
    Set<String> names = new HashSet<>();
    long position = ARMAG.length();
    while (position < archive.size()) {
      ArMember member = member(archive, position);
      if (!names.add(member.name())) {
        throw FormatException.damaged(
            FORMAT, position, "a second member \"" + member.name() + "\" (expected: one)");
      }
      if (members.size() == MOST_MEMBERS) {
        throw FormatException.unsupported(
            FORMAT, position, "more members (expected: at most " + MOST_MEMBERS + ")");
      }
      members.add(member);
      position = padded(archive, position + HEADER_SIZE + member.content().size());
    }
    return List.copyOf(members);
  }

  private static ArMember member(ByteSource archive, long position) throws IOException {
    StructReader header = StructReader.read(FORMAT, archive, position, HEADER_SIZE);
    String name = name(header.at(0).ascii(16), position);
    number(header, 16, 12, 10, "ar_date");
    number(header, 28, 6, 10, "ar_uid");
    number(header, 34, 6, 10, "ar_gid");
    number(header, 40, 8, 8, "ar_mode");
    long size = number(header, 48, 10, 10, "ar_size");
    if (!header.at(58).ascii(2).equals(ARFMAG)) {
      throw FormatException.damaged(FORMAT, position + 58, "no grave accent and line feed");
    }
    long content = position + HEADER_SIZE;
    if (size > archive.size() - content) {
      throw FormatException.damaged(
          FORMAT,
          position + 48,
          "member \"%s\" of %d bytes (expected: at most %d, truncated?)"
              .formatted(name, size, archive.size() - content));
    }
    return new ArMember(name, archive.slice(content, size));
  }

  private static String name(String field, long position) throws IOException {
    String name = field.stripTrailing();
    if (field.length() < 16 || !name.chars().allMatch(c -> c > ' ' && c <= '~')) {
      throw FormatException.damaged(
          FORMAT, position, "a name that is not printable ASCII padded with spaces");
    }
    if (name.startsWith("/") || name.startsWith("#1/")) {
      throw FormatException.unsupported(
          FORMAT, position, "member \"" + name + "\", an extension of GNU or BSD");
    }
    String plain = name.endsWith("/") ? name.substring(0, name.length() - 1) : name;
    if (plain.isEmpty() || plain.contains("/") || plain.equals(".") || plain.equals("..")) {
      throw FormatException.damaged(
          FORMAT, position, "the name \"" + name + "\" (expected: one name, no path)");
    }
    return plain;
  }

  private static long number(StructReader header, int offset, int width, int radix, String field)
      throws IOException {
    long position = header.at(offset).position();
    String text = header.ascii(width);
    String digits = text.stripTrailing();
    boolean sound =
        text.length() == width
            && !digits.isEmpty()
            && digits.chars().allMatch(c -> c >= '0' && c < '0' + radix);
    if (!sound) {
      throw FormatException.damaged(
          FORMAT, position, field + " is not a number padded with spaces (radix " + radix + ")");
    }
    return Long.parseLong(digits, radix);
  }

  private static long padded(ByteSource archive, long end) throws IOException {
    if (end % 2 == 0) {
      return end;
    }
    if (StructReader.read(FORMAT, archive, end, 1).u8() != '\n') {
      throw FormatException.damaged(FORMAT, end, "no line feed to pad an odd member");
    }
    return end + 1;
  }
}
