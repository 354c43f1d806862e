package io.microvisor.compose.answers;

import io.microvisor.compose.answers.AnswersSchema.Form;
import io.microvisor.compose.answers.AnswersSchema.Lines;
import io.microvisor.compose.answers.AnswersSchema.Section;
import io.microvisor.compose.answers.AnswersSchema.Times;
import io.microvisor.compose.problem.Code;
import io.microvisor.compose.problem.Place;
import io.microvisor.compose.problem.Problem;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// An answers file, checked as a machine will check it.
///
/// | line | means |
/// |---|---|
/// | blank, or `#` first | nothing |
/// | `[section]`, `[section argument]` | what follows is about that |
/// | `key = value` | an answer; blanks around both count for nothing |
/// | <code>&#124; text</code> | a line of contents: what follows the bar and one blank |
///
/// Lines end with LF or CR LF. A file is bytes: names and values are ASCII, comments and contents may be any bytes but zero. The
/// machine's program is `answers.awk`; what is said here is said there, and a test holds them together.
public final class AnswersFile {
  /// The largest file, in bytes.
  public static final int LARGEST = 1 << 20;

  private static final int LONGEST_SHOWN = 60;
  private static final Pattern KEY = Pattern.compile("[a-z][a-z_-]{0,23}");
  private static final String BYTE_ORDER_MARK = "\u00ef\u00bb\u00bf";

  private final String file;
  private final AnswersSchema vocabulary;
  private final List<Problem> problems = new ArrayList<>();
  private final Map<String, Integer> seen = new HashMap<>();
  private Optional<Current> current = Optional.empty();
  private boolean skipping;
  private int line;

  /// A section that is being read.
  ///
  /// @param title as messages show it
  /// @param keys which of its keys there were
  /// @param place of its name
  private record Current(
      Section section, String title, Place place, Set<String> keys, Set<Lines> lines) {}

  private AnswersFile(String file, AnswersSchema vocabulary) {
    this.file = file;
    this.vocabulary = vocabulary;
  }

  /// What is wrong with a file, in the order of its lines; nothing: a machine will take it, if it has the users it names.
  ///
  /// @param file its name, for messages
  public static List<Problem> check(String file, byte[] bytes) {
    AnswersFile answers = new AnswersFile(file, AnswersSchema.standard());
    answers.check(bytes);
    return answers.problems.stream().sorted(Comparator.comparing(Problem::place)).toList();
  }

  private void check(byte[] bytes) {
    line = 1;
    if (bytes.length > LARGEST) {
      add(1, "too large (expected: at most " + LARGEST + " bytes)");
      return;
    }
    for (byte each : bytes) {
      if (each == 0) {
        add(1, "holds a zero byte (expected: text)");
        return;
      }
      if (each == '\n') {
        line++;
      }
    }
    line = 0;
    for (String text : lines(bytes)) {
      line++;
      read(text);
    }
    finish();
    if (seen.isEmpty() && problems.isEmpty()) {
      line = 1;
      add(1, "no answers (expected: [section], then key = value)");
    }
  }

  private static List<String> lines(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    if (text.startsWith(BYTE_ORDER_MARK)) {
      text = text.substring(BYTE_ORDER_MARK.length());
    }
    List<String> lines = new ArrayList<>(List.of(text.split("\n", -1)));
    if (lines.getLast().isEmpty()) {
      lines.removeLast();
    }
    lines.replaceAll(each -> each.endsWith("\r") ? each.substring(0, each.length() - 1) : each);
    return lines;
  }

  private void read(String text) {
    int column = blanks(text) + 1;
    String bare = trimmed(text);
    if (bare.isEmpty() || bare.startsWith("#")) {
      return;
    }
    if (bare.startsWith("|")) {
      contents(column);
    } else if (bare.startsWith("[")) {
      finish();
      current = Optional.empty();
      skipping = true;
      header(bare, column);
    } else if (!skipping) {
      answer(bare, column);
    }
  }

  private void contents(int column) {
    if (skipping) {
      return;
    }
    if (current.isPresent() && current.get().section().lines() != Lines.NO) {
      current.get().lines().add(current.get().section().lines());
      return;
    }
    add(
        column,
        "contents: "
            + current
                .map(each -> "[" + each.section().name() + "] has none")
                .orElse("stand before all sections")
            + " (expected: them in [file ...] or [unit ...])");
  }

  private void header(String text, int column) {
    if (!text.endsWith("]")) {
      add(column, "[: not closed (expected: ] at the end of the line)");
      return;
    }
    String inner = text.substring(1, Math.max(1, text.length() - 1));
    int at = column + 1 + blanks(inner);
    inner = trimmed(inner);
    String name = firstWord(inner);
    String rest = inner.substring(name.length());
    Section section = vocabulary.sections().get(name);
    if (section == null) {
      add(
          at,
          (KEY.matcher(name).matches() ? "[" + name + "]" : "this line")
              + ": no such section (expected: one of "
              + String.join(", ", vocabulary.sections().keySet())
              + ")");
      return;
    }
    String argument = trimmed(rest);
    int argumentAt = at + name.length() + blanks(rest);
    String title = "[" + name + (argument.isEmpty() ? "" : " " + argument) + "]";
    Optional<Form> form = section.argument();
    if (form.isEmpty() && !argument.isEmpty()) {
      add(argumentAt, "[" + name + "]: takes no name (expected: [" + name + "])");
    } else if (form.isPresent() && argument.isEmpty()) {
      add(at, "[" + name + "]: names nothing" + expected(form.get()));
    } else if (form.isPresent() && !form.get().accepts(argument)) {
      add(argumentAt, "[" + name + "]: \"" + shown(argument) + "\"" + expected(form.get()));
    } else if (seen.containsKey(title)) {
      add(at, title + ": stands twice (expected: once; it stands in line " + seen.get(title) + ")");
    } else {
      seen.put(title, line);
      skipping = false;
      current =
          Optional.of(
              new Current(
                  section, title, new Place(file, line, at), new HashSet<>(), new HashSet<>()));
    }
  }

  private void answer(String text, int column) {
    int equals = text.indexOf('=');
    if (equals < 0) {
      add(
          column,
          "neither a section, a key nor contents (expected: [section], key = value, or | and a line)");
      return;
    }
    String name = trimmed(text.substring(0, equals));
    if (current.isEmpty()) {
      add(column, named(name) + ": stands before all sections (expected: [section] before it)");
      return;
    }
    Section section = current.get().section();
    AnswersSchema.Key key = section.keys().get(name);
    if (key == null) {
      add(
          column,
          named(name)
              + ": no such key in ["
              + section.name()
              + "] (expected: one of "
              + String.join(", ", section.keys().keySet())
              + ")");
      return;
    }
    String rest = text.substring(equals + 1);
    String value = trimmed(rest);
    if (value.isEmpty()) {
      add(column + equals, name + ": empty" + expected(key.form()));
      return;
    }
    if (!key.form().accepts(value)) {
      add(
          column + equals + 1 + blanks(rest),
          name + ": " + wrong(key.form(), value) + expected(key.form()));
    }
    if (!current.get().keys().add(name) && key.times() == Times.ONCE) {
      add(column, name + ": stands twice in " + current.get().title() + " (expected: once)");
    }
  }

  /// What shows only at a section's end.
  private void finish() {
    if (current.isEmpty()) {
      return;
    }
    Current ended = current.get();
    for (AnswersSchema.Key key : ended.section().keys().values()) {
      if (key.times() == Times.MUST && !ended.keys().contains(key.name())) {
        problems.add(
            Problem.of(
                Code.BAD_ANSWER,
                ended.place(),
                ended.title() + ": lacks " + key.name() + expected(key.form())));
      }
    }
    if (ended.section().lines() == Lines.MUST && ended.lines().isEmpty()) {
      problems.add(
          Problem.of(
              Code.BAD_ANSWER,
              ended.place(),
              ended.title() + ": holds no lines (expected: lines that begin with |)"));
    }
  }

  private void add(int column, String what) {
    problems.add(Problem.of(Code.BAD_ANSWER, new Place(file, line, column), what));
  }

  private static String expected(Form form) {
    return " (expected: " + form.expected() + ")";
  }

  /// A value that is not in its form.
  private static String wrong(Form form, String value) {
    return switch (form.shown()) {
      case YES -> "\"" + shown(value) + "\"";
      case NO -> "not in its form";
    };
  }

  /// How a text is named that is not understood: people forget the bar before a line of contents, and what is secret in it belongs
  /// on no console. Only what may be a key is repeated.
  private static String named(String text) {
    return KEY.matcher(text).matches() ? "\"" + text + "\"" : "this line";
  }

  /// What may be repeated on a console.
  private static String shown(String text) {
    String start = text.length() > LONGEST_SHOWN ? text.substring(0, LONGEST_SHOWN) : text;
    return start.replaceAll("[^ -~]", "?") + (text.length() > LONGEST_SHOWN ? "..." : "");
  }

  private static int blanks(String text) {
    int count = 0;
    while (count < text.length() && isBlank(text.charAt(count))) {
      count++;
    }
    return count;
  }

  private static String trimmed(String text) {
    int start = blanks(text);
    int end = text.length();
    while (end > start && isBlank(text.charAt(end - 1))) {
      end--;
    }
    return text.substring(start, end);
  }

  private static String firstWord(String text) {
    int end = 0;
    while (end < text.length() && !isBlank(text.charAt(end))) {
      end++;
    }
    return text.substring(0, end);
  }

  private static boolean isBlank(char c) {
    return c == ' ' || c == '\t';
  }
}
