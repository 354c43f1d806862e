package io.microvisor.compose.template;

import io.microvisor.compose.problem.Code;
import io.microvisor.compose.problem.Place;
import io.microvisor.compose.problem.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads a file of assignments as bash(1) would if it were sourced: quotes, backslashes, lines that go on, comments,
/// `export` and `+=`. What is more than text (variables, commands, arrays) is refused, because its meaning would depend
/// on where it runs. Reading stops at the first such thing.
final class ShellAssignments {
  private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
  private static final Pattern SHOWN = Pattern.compile("[^\\s]{1,20}");

  /// A part of a value between blanks, where it is to be found.
  record Word(String text, Place place) {}

  /// A name, its value, and the words of that.
  ///
  /// @param appended whether it is added to what the name had
  record Assignment(String name, boolean appended, String value, List<Word> words, Place place) {}

  private final String file;
  private final String text;
  private final List<Problem> problems;
  private final List<Assignment> found = new ArrayList<>();
  private int at;

  private ShellAssignments(String file, String text, List<Problem> problems) {
    this.file = file;
    this.text = text;
    this.problems = problems;
  }

  /// All assignments, in order.
  static List<Assignment> read(String file, String text, List<Problem> problems) {
    ShellAssignments reader = new ShellAssignments(file, text, problems);
    boolean sound = true;
    while (sound && reader.skipToWord()) {
      sound = reader.statement();
    }
    return List.copyOf(reader.found);
  }

  /// Blanks, empty lines and comments.
  private boolean skipToWord() {
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c == '#') {
        int end = text.indexOf('\n', at);
        at = end < 0 ? text.length() : end;
      } else if (c == '\n' || !skipBlank()) {
        if (c != '\n') {
          return true;
        }
        at++;
      }
    }
    return false;
  }

  private boolean skipBlank() {
    if (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\t')) {
      at++;
      return true;
    }
    if (text.startsWith("\\\n", at)) {
      at += 2;
      return true;
    }
    return false;
  }

  /// One or more assignments up to the end of a line.
  private boolean statement() {
    boolean exported = false;
    for (boolean first = true; ; first = false) {
      while (skipBlank()) {
        // Between words.
      }
      if (at == text.length() || text.charAt(at) == '\n' || text.charAt(at) == '#') {
        return true;
      }
      if (text.charAt(at) == ';' && !first) {
        at++;
        return true;
      }
      Matcher name = NAME.matcher(text).region(at, text.length());
      if (!name.lookingAt()) {
        return refuse(shown(), "an assignment such as NAME=\"value\"");
      }
      int begin = at;
      at = name.end();
      if (first && name.group().equals("export") && skipBlank()) {
        exported = true;
        while (skipBlank()) {
          // Up to what is exported.
        }
        continue;
      }
      boolean appended = text.startsWith("+=", at);
      if (!appended && !text.startsWith("=", at)) {
        at = begin;
        return refuse(
            shown(),
            exported
                ? "an assignment after export"
                : "an assignment, NAME=\"value\", not a command");
      }
      at += appended ? 2 : 1;
      if (!value(name.group(), appended, place(begin))) {
        return false;
      }
    }
  }

  private boolean value(String name, boolean appended, Place place) {
    StringBuilder value = new StringBuilder();
    List<Integer> offsets = new ArrayList<>();
    if (at < text.length() && text.charAt(at) == '~') {
      return refuse(name + ": ~", "the folder it stands for");
    }
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c == ' ' || c == '\t' || c == '\n' || c == ';') {
        break;
      } else if (c == '\'') {
        int end = text.indexOf('\'', at + 1);
        if (end < 0) {
          return refuse(name + ": a quote that is not closed", "'");
        }
        at++;
        while (at < end) {
          take(value, offsets);
        }
        at++;
      } else if (c == '"') {
        if (!quoted(name, value, offsets)) {
          return false;
        }
      } else if (text.startsWith("\\\n", at)) {
        at += 2;
      } else if (c == '\\' && at + 1 < text.length()) {
        at++;
        take(value, offsets);
      } else if ("$`".indexOf(c) >= 0) {
        return expansion(name);
      } else if ("()<>&|".indexOf(c) >= 0) {
        return refuse(name + ": " + c + " outside quotes", "text, in quotes where it holds " + c);
      } else {
        take(value, offsets);
      }
    }
    List<Word> words = new ArrayList<>();
    Matcher matcher = Pattern.compile("[^ \\t\\n]+").matcher(value);
    while (matcher.find()) {
      words.add(new Word(matcher.group(), place(offsets.get(matcher.start()))));
    }
    found.add(new Assignment(name, appended, value.toString(), words, place));
    return true;
  }

  /// Between double quotes a backslash counts only before what would otherwise mean something.
  private boolean quoted(String name, StringBuilder value, List<Integer> offsets) {
    int begin = at;
    at++;
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c == '"') {
        at++;
        return true;
      } else if (text.startsWith("\\\n", at)) {
        at += 2;
      } else if (c == '\\'
          && at + 1 < text.length()
          && "$`\"\\".indexOf(text.charAt(at + 1)) >= 0) {
        at++;
        take(value, offsets);
      } else if (c == '$' || c == '`') {
        return expansion(name);
      } else {
        take(value, offsets);
      }
    }
    at = begin;
    return refuse(name + ": a quote that is not closed", "\"");
  }

  private void take(StringBuilder value, List<Integer> offsets) {
    value.append(text.charAt(at));
    offsets.add(at);
    at++;
  }

  private boolean expansion(String name) {
    boolean command = text.charAt(at) == '`' || text.startsWith("$(", at);
    return refuse(
        name + ": " + (command ? "a command, " : "a variable, ") + shown(),
        "plain text",
        "write what it stands for; a dollar sign itself is \\$");
  }

  private String shown() {
    Matcher matcher = SHOWN.matcher(text).region(at, text.length());
    return matcher.lookingAt() ? matcher.group() : "a character that is not shown";
  }

  private boolean refuse(String what, String expected, String... advice) {
    problems.add(
        Problem.of(Code.BAD_LAYOUT_ENV, place(at), what + " (expected: " + expected + ")", advice));
    return false;
  }

  private Place place(int offset) {
    int begin = text.lastIndexOf('\n', offset - 1) + 1;
    int line = 1 + (int) text.substring(0, begin).chars().filter(c -> c == '\n').count();
    return new Place(file, line, 1 + text.codePointCount(begin, offset));
  }
}
