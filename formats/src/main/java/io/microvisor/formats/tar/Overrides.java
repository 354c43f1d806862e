package io.microvisor.formats.tar;

import io.microvisor.bytes.FormatException;
import io.microvisor.formats.tree.Attributes;
import io.microvisor.formats.tree.Meta;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// What the headers before a member say of it that its own header has no room for: GNU's long names and pax records.
final class Overrides {
  private static final Set<String> IGNORED =
      Set.of(
          "atime",
          "ctime",
          "comment",
          "LIBARCHIVE.creationtime",
          "SCHILY.dev",
          "SCHILY.ino",
          "SCHILY.nlink");
  private static final int LARGEST_ATTRIBUTE = 1 << 16;
  private static final int LONGEST_NUMBER = 40;

  private final Map<String, byte[]> values = new TreeMap<>();
  private Attributes attributes = Attributes.NONE;
  private boolean awaitMember;

  /// Whether a header came that is about the member after it, even one that says nothing.
  boolean awaitMember() {
    return awaitMember;
  }

  /// Takes the content of a GNU 'L' member.
  void longName(byte[] content) {
    awaitMember = true;
    values.put("path", untilNul(content));
  }

  /// Takes the content of a GNU 'K' member.
  void longLink(byte[] content) {
    awaitMember = true;
    values.put("linkpath", untilNul(content));
  }

  private static byte[] untilNul(byte[] content) {
    int end = 0;
    while (end < content.length && content[end] != 0) {
      end++;
    }
    return Arrays.copyOf(content, end);
  }

  /// Takes the records of a pax extended header.
  ///
  /// @param position where it is in the archive
  void extended(byte[] records, long position) throws IOException {
    awaitMember = true;
    for (Map.Entry<String, byte[]> entry : PaxRecords.read(records, position).entrySet()) {
      String keyword = entry.getKey();
      byte[] value = entry.getValue();
      if (keyword.startsWith(PaxRecords.XATTR)) {
        attribute(keyword.substring(PaxRecords.XATTR.length()), value, position);
        continue;
      }
      switch (keyword) {
        case "path", "linkpath", "size", "mtime", "uid", "gid", "uname", "gname" ->
            values.put(keyword, value);
        case "hdrcharset" -> checkCharset(text(value, position), position);
        default -> checkIgnored(keyword, position);
      }
    }
  }

  /// Checks that a pax global header holds nothing that matters here.
  static void checkGlobal(byte[] records, long position) throws IOException {
    for (String keyword : PaxRecords.read(records, position).keySet()) {
      checkIgnored(keyword, position);
    }
  }

  private static void checkIgnored(String keyword, long position) throws IOException {
    if (!IGNORED.contains(keyword)) {
      throw FormatException.unsupported(
          TarHeader.FORMAT, position, "the keyword \"" + keyword + "\" in an extended header");
    }
  }

  private static void checkCharset(String charset, long position) throws IOException {
    if (!charset.equals("BINARY") && !charset.equals("ISO-IR 10646 2000 UTF-8")) {
      throw FormatException.unsupported(
          TarHeader.FORMAT, position, "hdrcharset " + charset + " (expected: UTF-8 or BINARY)");
    }
  }

  private void attribute(String encoded, byte[] value, long position) throws IOException {
    if (value.length > LARGEST_ATTRIBUTE) {
      throw FormatException.unsupported(
          TarHeader.FORMAT,
          position,
          "the attribute %s of %d bytes (expected: at most %d)"
              .formatted(encoded, value.length, LARGEST_ATTRIBUTE));
    }
    attributes = attributes.with(encoded.replace("%3D", "=").replace("%25", "%"), value);
  }

  /// The member that `header` and this describe.
  ///
  /// @param owners whose numbers count for the names in it
  /// @param position where the header is in the archive
  TarMember applied(TarHeader header, TarOwners owners, long position) throws IOException {
    boolean link = header.typeflag() == '1' || header.typeflag() == '2';
    Meta meta =
        new Meta(
            header.mode(),
            owners
                .user(name("uname", header.uname()))
                .orElse(number("uid", position).orElse(header.uid())),
            owners
                .group(name("gname", header.gname()))
                .orElse(number("gid", position).orElse(header.gid())),
            number("mtime", position).orElse(header.mtime()),
            attributes);
    long size = number("size", position).orElse(header.size());
    if (size < 0) {
      throw FormatException.damaged(
          TarHeader.FORMAT, position, "size " + size + " (expected: >= 0)");
    }
    return new TarMember(
        header.typeflag() == 0 ? '0' : header.typeflag(),
        text(values.getOrDefault("path", header.name()), position),
        link ? text(values.getOrDefault("linkpath", header.linkname()), position) : "",
        meta,
        size,
        header.devmajor(),
        header.devminor());
  }

  /// A name of an owner, whatever its bytes: one that is not ASCII is nobody's.
  private String name(String keyword, byte[] otherwise) {
    return new String(values.getOrDefault(keyword, otherwise), StandardCharsets.ISO_8859_1);
  }

  /// The whole number a record holds; times may have a fraction, which is rounded down.
  private Optional<Long> number(String keyword, long position) throws IOException {
    byte[] value = values.getOrDefault(keyword, new byte[0]);
    if (value.length == 0) {
      return Optional.empty();
    }
    String text = text(value, position);
    boolean time = keyword.equals("mtime");
    if (text.length() > LONGEST_NUMBER || !text.matches(time ? "-?[0-9]+(\\.[0-9]*)?" : "[0-9]+")) {
      throw notNumber(keyword, text, position);
    }
    try {
      String whole = text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
      return Optional.of(new BigDecimal(whole).setScale(0, RoundingMode.FLOOR).longValueExact());
    } catch (ArithmeticException e) {
      FormatException damaged = notNumber(keyword, text, position);
      damaged.initCause(e);
      throw damaged;
    }
  }

  private static FormatException notNumber(String keyword, String text, long position) {
    return FormatException.damaged(
        TarHeader.FORMAT, position, keyword + " \"" + text + "\" (expected: a 64-bit number)");
  }

  private static String text(byte[] bytes, long position) throws IOException {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      if (text.indexOf(0) >= 0) {
        throw FormatException.damaged(TarHeader.FORMAT, position, "a NUL within a name");
      }
      return text;
    } catch (CharacterCodingException e) {
      FormatException unsupported =
          FormatException.unsupported(
              TarHeader.FORMAT,
              position,
              "the name \"%s\" (expected: UTF-8)"
                  .formatted(new String(bytes, StandardCharsets.ISO_8859_1)));
      unsupported.initCause(e);
      throw unsupported;
    }
  }
}
