package io.microvisor.compose.answers;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// What an answers file may say.
///
/// @param sections by name, in the order of the text
public record AnswersSchema(Map<String, Section> sections) {
  /// The form of a value.
  ///
  /// @param most bytes
  /// @param expected the form in words
  /// @param pattern of the whole value, in the common part of Java's and POSIX's extended expressions
  /// @param shown whether messages may repeat a value that is not in this form
  public record Form(int most, String expected, Pattern pattern, Shown shown) {
    /// Whether a value has this form.
    public boolean accepts(String value) {
      return value.length() <= most && pattern.matcher(value).matches();
    }
  }

  /// Whether a wrong value may be repeated.
  public enum Shown {
    YES,
    /// It may be a secret.
    NO
  }

  /// Whether a section has lines of contents.
  public enum Lines {
    NO,
    MAY,
    MUST
  }

  /// How often a key stands in its section.
  public enum Times {
    /// At most once.
    ONCE,
    /// As often as one likes.
    OFTEN,
    /// Once or more.
    MUST
  }

  /// A section.
  ///
  /// @param argument the form of what follows its name; empty: nothing does
  /// @param keys by name, in the order of the text
  public record Section(
      String name, Optional<Form> argument, Lines lines, String meaning, Map<String, Key> keys) {}

  /// A key.
  public record Key(String name, Form form, Times times, String meaning) {}

  /// The vocabulary that images and this program share.
  public static AnswersSchema standard() {
    return parse(Resource.text("vocabulary"));
  }

  /// Reads it from its text.
  ///
  /// @throws IllegalStateException if it is none: it is our own
  static AnswersSchema parse(String text) {
    Map<String, Form> forms = new LinkedHashMap<>();
    Map<String, Section> sections = new LinkedHashMap<>();
    for (String line : text.lines().filter(each -> !each.startsWith("#")).toList()) {
      String[] fields = line.split("\t", -1);
      try {
        switch (fields[0]) {
          case "form" ->
              forms.put(
                  fields[1],
                  new Form(
                      Integer.parseInt(fields[2]),
                      fields[3],
                      Pattern.compile(fields[4]),
                      fields.length > 5 ? Shown.NO : Shown.YES));
          case "section" ->
              sections.put(
                  fields[1],
                  new Section(
                      fields[1],
                      fields[2].equals("-")
                          ? Optional.empty()
                          : Optional.of(form(forms, fields[2])),
                      switch (fields[3]) {
                        case "no" -> Lines.NO;
                        case "may" -> Lines.MAY;
                        default -> Lines.MUST;
                      },
                      fields[4],
                      new LinkedHashMap<>()));
          case "key" ->
              section(sections, fields[1])
                  .keys()
                  .put(
                      fields[2],
                      new Key(
                          fields[2],
                          form(forms, fields[3]),
                          switch (fields[4]) {
                            case "once" -> Times.ONCE;
                            case "often" -> Times.OFTEN;
                            default -> Times.MUST;
                          },
                          fields[5]));
          default -> throw new IllegalStateException("vocabulary: " + line);
        }
      } catch (ArrayIndexOutOfBoundsException e) {
        throw new IllegalStateException("vocabulary: " + line, e);
      }
    }
    return new AnswersSchema(sections);
  }

  private static Form form(Map<String, Form> forms, String name) {
    return Optional.ofNullable(forms.get(name))
        .orElseThrow(() -> new IllegalStateException("vocabulary: no form " + name));
  }

  private static Section section(Map<String, Section> sections, String name) {
    return Optional.ofNullable(sections.get(name))
        .orElseThrow(() -> new IllegalStateException("vocabulary: no section " + name));
  }

  /// All of it as a table for people.
  public List<String> table() {
    List<String> rows = new ArrayList<>();
    rows.add("| section | key | how often | what |");
    rows.add("|---|---|---|---|");
    for (Section section : sections.values()) {
      String argument = section.argument().map(form -> " ...").orElse("");
      String expected =
          section.argument().map(form -> " `...`: " + form.expected() + ".").orElse("");
      rows.add(
          "| `[%s%s]` | | | %s%s |"
              .formatted(section.name(), argument, section.meaning(), expected));
      for (Key key : section.keys().values()) {
        rows.add(
            "| | `%s` | %s | %s *%s* |"
                .formatted(
                    key.name(),
                    switch (key.times()) {
                      case ONCE -> "at most once";
                      case OFTEN -> "any number";
                      case MUST -> "once or more";
                    },
                    key.meaning(),
                    key.form().expected().replace("*", "\\*")));
      }
    }
    return List.copyOf(rows);
  }
}
