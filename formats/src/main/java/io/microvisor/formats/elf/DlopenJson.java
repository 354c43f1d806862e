package io.microvisor.formats.elf;

import io.microvisor.bytes.FormatException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Reads the JSON of one `.note.dlopen` note: an array of objects whose values are strings or arrays of strings.
final class DlopenJson {
  private static final int MOST_NOTES = 1000;

  private final String text;
  private final long position;
  private int at;

  private DlopenJson(String text, long position) {
    this.text = text;
    this.position = position;
  }

  /// @param position where the note is in its file, for messages
  static List<DlopenNote> parse(String text, long position) throws FormatException {
    return new DlopenJson(text, position).notes();
  }

  private List<DlopenNote> notes() throws FormatException {
    List<DlopenNote> notes = new ArrayList<>();
    expect('[');
    if (!accept(']')) {
      do {
        notes.add(note());
        if (notes.size() > MOST_NOTES) {
          throw wrong("more than " + MOST_NOTES + " entries");
        }
      } while (accept(','));
      expect(']');
    }
    return notes;
  }

  private DlopenNote note() throws FormatException {
    String feature = "";
    DlopenNote.Priority priority = DlopenNote.Priority.RECOMMENDED;
    List<String> sonames = List.of();
    expect('{');
    if (!accept('}')) {
      do {
        String key = string();
        expect(':');
        List<String> values = strings();
        switch (key) {
          case "feature" -> feature = only(key, values);
          case "priority" -> priority = priority(only(key, values));
          case "soname" -> sonames = values;
          default -> {
            // The specification tells readers to ignore fields they do not know.
          }
        }
      } while (accept(','));
      expect('}');
    }
    if (sonames.isEmpty()) {
      throw wrong("an entry without a soname");
    }
    return new DlopenNote(feature, priority, sonames);
  }

  private DlopenNote.Priority priority(String value) throws FormatException {
    for (DlopenNote.Priority priority : DlopenNote.Priority.values()) {
      if (priority.name().toLowerCase(Locale.ROOT).equals(value)) {
        return priority;
      }
    }
    throw wrong("priority \"" + value + "\" (expected: required, recommended or suggested)");
  }

  private String only(String key, List<String> values) throws FormatException {
    if (values.size() != 1) {
      throw wrong(key + " with " + values.size() + " values (expected: one)");
    }
    return values.getFirst();
  }

  private List<String> strings() throws FormatException {
    if (!accept('[')) {
      return List.of(string());
    }
    List<String> values = new ArrayList<>();
    if (!accept(']')) {
      do {
        values.add(string());
      } while (accept(','));
      expect(']');
    }
    return values;
  }

  private String string() throws FormatException {
    expect('"');
    StringBuilder value = new StringBuilder();
    while (at < text.length() && text.charAt(at) != '"') {
      char c = text.charAt(at++);
      if (c == '\\') {
        c = escaped();
      }
      value.append(c);
    }
    expect('"');
    return value.toString();
  }

  private char escaped() throws FormatException {
    char c = at < text.length() ? text.charAt(at++) : 0;
    return switch (c) {
      case '"', '\\', '/' -> c;
      case 'n' -> '\n';
      case 't' -> '\t';
      default -> throw wrong("an escape \"\\" + c + "\" (expected: one of \\\" \\\\ \\/ \\n \\t)");
    };
  }

  private boolean accept(char c) {
    while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
    if (at < text.length() && text.charAt(at) == c) {
      at++;
      return true;
    }
    return false;
  }

  private void expect(char c) throws FormatException {
    if (!accept(c)) {
      throw wrong("no '" + c + "' at character " + at + " of the dlopen note");
    }
  }

  private FormatException wrong(String what) {
    return FormatException.damaged("ELF file", position, what);
  }
}
