package io.microvisor.formats.tar;

import io.microvisor.bytes.FormatException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/// The records of a pax extended header: each is its own length in decimal digits, a space, a keyword, `=`, a value of
/// any bytes, and a line feed.
final class PaxRecords {
  /// What goes before an attribute's name in a keyword.
  static final String XATTR = "SCHILY.xattr.";

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  /// Reads all records, in order; a later one replaces an earlier one of the same keyword.
  ///
  /// @param position where in the archive they were
  static SequencedMap<String, byte[]> read(byte[] records, long position) throws IOException {
    SequencedMap<String, byte[]> values = new LinkedHashMap<>();
    int at = 0;
    while (at < records.length) {
      int length = 0;
      int digits = at;
      for (;
          digits < records.length && records[digits] >= '0' && records[digits] <= '9';
          digits++) {
        length = length * 10 + records[digits] - '0';
        if (length > records.length) {
          break;
        }
      }
      int end = at + length;
      int equals = digits + 1;
      while (equals < Math.min(end, records.length) && records[equals] != '=') {
        equals++;
      }
      boolean sound =
          digits > at
              && end <= records.length
              && equals < end - 1
              && equals > digits + 1
              && records[digits] == ' '
              && records[end - 1] == '\n';
      if (!sound) {
        throw FormatException.damaged(
            TarHeader.FORMAT,
            position + at,
            "not an extended header record (expected: length, space, keyword=value, line feed)");
      }
      String keyword = new String(records, digits + 1, equals - digits - 1, StandardCharsets.UTF_8);
      values.put(keyword, Arrays.copyOfRange(records, equals + 1, end - 1));
      at = end;
    }
    return values;
  }

  void add(String keyword, String value) {
    add(keyword, value.getBytes(StandardCharsets.UTF_8));
  }

  void add(String keyword, byte[] value) {
    byte[] key = keyword.getBytes(StandardCharsets.UTF_8);
    int rest = key.length + value.length + 3; // space, equals sign, line feed
    int length = rest + Integer.toString(rest).length();
    if (Integer.toString(length).length() > Integer.toString(rest).length()) {
      length++;
    }
    bytes.writeBytes((length + " ").getBytes(StandardCharsets.US_ASCII));
    bytes.writeBytes(key);
    bytes.write('=');
    bytes.writeBytes(value);
    bytes.write('\n');
  }

  boolean isEmpty() {
    return bytes.size() == 0;
  }

  byte[] toBytes() {
    return bytes.toByteArray();
  }
}
