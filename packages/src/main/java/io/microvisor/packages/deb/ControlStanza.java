package io.microvisor.packages.deb;

import io.microvisor.bytes.FormatException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// One stanza of a deb822 file (deb822(5), deb-control(5)): fields in their order, each name once.
///
/// ```
/// Package: less
/// # a comment
/// Description: pager program
///  A program for viewing text.
/// ```
///
/// The bytes are kept as they came; a field's value becomes a string when it is asked for.
public final class ControlStanza {
  static final String FORMAT = "control file";

  private final byte[] bytes;
  private final long position;
  private final int firstLine;
  // Four numbers a field: name from, value from, value to, line counted from the first.
  private final int[] spans;
  private final TextPool pool;

  private ControlStanza(byte[] bytes, long position, int firstLine, int[] spans, TextPool pool) {
    this.bytes = bytes;
    this.position = position;
    this.firstLine = firstLine;
    this.spans = spans;
    this.pool = pool;
  }

  /// The only stanza of a text.
  ///
  /// @throws FormatException if there is none, more than one, or one that breaks the syntax
  public static ControlStanza parse(String text) throws FormatException {
    List<ControlStanza> all = parseAll(text);
    if (all.size() != 1) {
      throw FormatException.damaged(FORMAT, 0, all.size() + " stanzas (expected: exactly 1)");
    }
    return all.getFirst();
  }

  /// All stanzas of a text, in their order.
  ///
  /// @throws FormatException if one breaks the syntax
  public static List<ControlStanza> parseAll(String text) throws FormatException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    TextPool pool = new TextPool(bytes.length);
    List<ControlStanza> all = new ArrayList<>();
    int line = 1;
    for (int at = 0; at < bytes.length; ) {
      int end = ControlReader.stanzaEnd(bytes, at, bytes.length);
      int to = end < 0 ? bytes.length : end;
      byte[] own = Arrays.copyOfRange(bytes, at, to);
      Optional<ControlStanza> stanza = read(own, at, line, pool);
      stanza.ifPresent(all::add);
      line += ControlReader.lines(own);
      at = to;
    }
    return all;
  }

  /// The stanza in `bytes`, which hold one or, being comments and blank lines only, none.
  static Optional<ControlStanza> read(byte[] bytes, long position, int firstLine, TextPool pool)
      throws FormatException {
    int[] spans = new int[4 * 32];
    int used = 0;
    int line = 0;
    int next;
    for (int at = 0; at < bytes.length; at = next, line++) {
      int newline = at;
      while (newline < bytes.length && bytes[newline] != '\n') {
        newline++;
      }
      next = newline + 1;
      int to = trimEnd(bytes, at, newline);
      if (to == at || bytes[at] == '#') {
        continue;
      }
      if (bytes[at] == ' ' || bytes[at] == '\t') {
        if (used == 0) {
          throw broken(position + at, firstLine + line, "a continuation line before any field");
        }
        spans[used - 2] = to;
        continue;
      }
      int colon = at;
      while (colon < to && bytes[colon] != ':' && bytes[colon] > ' ' && bytes[colon] < 0x7f) {
        colon++;
      }
      if (colon == to || bytes[colon] != ':' || colon == at || bytes[at] == '-') {
        throw broken(position + at, firstLine + line, "no field (expected: \"Name: value\")");
      }
      int from = colon + 1;
      while (from < to && (bytes[from] == ' ' || bytes[from] == '\t')) {
        from++;
      }
      for (int i = 0; i < used; i += 4) {
        if (sameName(bytes, spans[i], bytes, at, colon - at + 1)) {
          throw broken(
              position + at,
              firstLine + line,
              "field "
                  + new String(bytes, at, colon - at, StandardCharsets.UTF_8)
                  + " a second time");
        }
      }
      if (used == spans.length) {
        spans = Arrays.copyOf(spans, 2 * used);
      }
      spans[used] = at;
      spans[used + 1] = from;
      spans[used + 2] = to;
      spans[used + 3] = line;
      used += 4;
    }
    return used == 0
        ? Optional.empty()
        : Optional.of(
            new ControlStanza(bytes, position, firstLine, Arrays.copyOf(spans, used), pool));
  }

  /// The names of the fields, as they were written, in their order.
  public List<String> names() {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < spans.length; i += 4) {
      int to = spans[i];
      while (bytes[to] != ':') {
        to++;
      }
      names.add(pool.text(bytes, spans[i], to));
    }
    return names;
  }

  /// A field's value, in any case of its name: white space around it removed, line breaks and the white space that
  /// begins continuation lines kept, comment lines between them left out.
  public Optional<String> find(String name) {
    int field = field(name);
    return field < 0 ? Optional.empty() : Optional.of(value(field));
  }

  /// A field's value, empty where there is no such field.
  public String text(String name) {
    int field = field(name);
    return field < 0 ? "" : value(field);
  }

  /// The value of a field that must be there and say something.
  ///
  /// @throws FormatException if it does not
  public String required(String name) throws FormatException {
    String value = text(name);
    if (value.isEmpty()) {
      throw broken(position, firstLine, "no field " + name + " in this stanza");
    }
    return value;
  }

  /// That a field's value is not what it must be, for the reader of the value to throw.
  ///
  /// @param what what was found and, in parentheses, what was expected
  public FormatException wrong(String name, String what) {
    int field = field(name);
    String said = name + ": " + what.replaceAll("\\p{Cntrl}", "?");
    return field < 0
        ? broken(position, firstLine, said)
        : broken(position + spans[field], firstLine + spans[field + 3], said);
  }

  /// The line of the file, counted from 1, on which the stanza's first field stands.
  public int line() {
    return firstLine + spans[3];
  }

  /// The text of the stanza, as it came.
  @Override
  public String toString() {
    return new String(bytes, StandardCharsets.UTF_8).strip() + "\n";
  }

  private int field(String name) {
    byte[] wanted = pool.name(name);
    for (int i = 0; i < spans.length; i += 4) {
      if (spans[i] + wanted.length <= bytes.length
          && sameName(bytes, spans[i], wanted, 0, wanted.length)) {
        return i;
      }
    }
    return -1;
  }

  private String value(int field) {
    int from = spans[field + 1];
    int to = spans[field + 2];
    for (int i = from; i + 1 < to; i++) {
      if (bytes[i] == '\n' && bytes[i + 1] == '#') {
        return withoutComments(new String(bytes, from, to - from, StandardCharsets.UTF_8));
      }
    }
    return from >= to ? "" : pool.text(bytes, from, to);
  }

  private static String withoutComments(String value) {
    List<String> lines = List.of(value.split("\n", -1));
    return Stream.concat(
            lines.stream().limit(1), lines.stream().skip(1).filter(line -> !line.startsWith("#")))
        .collect(Collectors.joining("\n"));
  }

  /// Compares names, their colons included, without regard to case; `length` bytes are there on both sides.
  private static boolean sameName(byte[] a, int i, byte[] b, int j, int length) {
    for (int k = 0; k < length; k++) {
      int x = a[i + k];
      int y = b[j + k];
      if (x != y && lower(x) != lower(y)) {
        return false;
      }
    }
    return true;
  }

  private static int lower(int c) {
    return c >= 'A' && c <= 'Z' ? c + 32 : c;
  }

  private static int trimEnd(byte[] bytes, int from, int to) {
    int end = to;
    while (end > from
        && (bytes[end - 1] == ' ' || bytes[end - 1] == '\t' || bytes[end - 1] == '\r')) {
      end--;
    }
    return end;
  }

  private static FormatException broken(long position, int line, String what) {
    return FormatException.damaged(FORMAT, position, "line " + line + ": " + what);
  }
}
