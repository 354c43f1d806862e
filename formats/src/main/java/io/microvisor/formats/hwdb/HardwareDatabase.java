package io.microvisor.formats.hwdb;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.Versions;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Compiles the files of udev's hardware database into the one file that udev reads.
///
/// A file is made of records with an empty line behind each: lines with a pattern, then lines that begin with a blank and
/// have `KEY=value`; `#` begins a comment (hwdb(7)). As in systemd, what is no such record is passed by, and of two values
/// for the same key and pattern the later one counts.
public final class HardwareDatabase {
  /// Raised when the same input gives other bytes.
  public static final Versions VERSIONS = Versions.of("hardware database", 1);

  private static final int MOST_FILES = 0xffff;
  private static final int LARGEST_FILE = 64 << 20;

  private final PatternTrie trie = new PatternTrie();

  private HardwareDatabase() {}

  /// A file.
  ///
  /// @param path as it is seen on the machine, absolute; the result names it
  public record Source(String path, ByteSource text) {}

  /// Compiles files.
  ///
  /// @param files in the order of their names; at most 65,535
  /// @param systemd the version of systemd that the result names, such as 257
  /// @throws IOException if a file cannot be read, or is larger than 64 MiB
  public static byte[] compile(List<Source> files, int systemd) throws IOException {
    if (files.size() > MOST_FILES) {
      throw new IllegalArgumentException(
          "hwdb: " + files.size() + " files (expected: at most " + MOST_FILES + ")");
    }
    HardwareDatabase database = new HardwareDatabase();
    for (int i = 0; i < files.size(); i++) {
      database.add(files.get(i), i + 1);
    }
    return database.trie.toBytes(systemd);
  }

  private void add(Source file, int priority) throws IOException {
    byte[] text = file.text().readAll(LARGEST_FILE);
    List<byte[]> patterns = new ArrayList<>();
    boolean hasProperties = false;
    int number = 1;
    for (int at = 0; at < text.length; number++) {
      int end = end(text, at);
      byte[] line = content(text, at, end);
      boolean comment = text[at] == '#';
      boolean property = line.length > 0 && line[0] == ' ';
      if (!comment && property && !patterns.isEmpty()) {
        hasProperties = true;
        insert(patterns, line, new PatternTrie.Origin(file.path(), priority, number));
      } else if (!comment && (line.length == 0 || hasProperties)) {
        patterns.clear();
        hasProperties = false;
      } else if (!comment && !property) {
        patterns.add(line);
      }
      at = end + 1;
    }
  }

  private static int end(byte[] text, int from) {
    int end = from;
    while (end < text.length && text[end] != '\n') {
      end++;
    }
    return end;
  }

  /// A line without comment and without blanks at its end.
  private static byte[] content(byte[] text, int from, int to) {
    int end = from;
    while (end < to && text[end] != '#') {
      end++;
    }
    while (end > from && isBlank(text[end - 1])) {
      end--;
    }
    return Arrays.copyOfRange(text, from, end);
  }

  /// As isspace(3) says.
  private static boolean isBlank(byte c) {
    return c == ' ' || c >= '\t' && c <= '\r';
  }

  private void insert(List<byte[]> patterns, byte[] line, PatternTrie.Origin origin) {
    int from = 0;
    while (from + 1 < line.length && (line[from + 1] == ' ' || line[from + 1] == '\t')) {
      from++;
    }
    int equals = from;
    while (equals < line.length && line[equals] != '=') {
      equals++;
    }
    if (equals == line.length || equals <= from + 1) {
      return;
    }
    byte[] key = Arrays.copyOfRange(line, from, equals);
    byte[] value = Arrays.copyOfRange(line, equals + 1, line.length);
    patterns.forEach(pattern -> trie.insert(pattern, key, value, origin));
  }
}
