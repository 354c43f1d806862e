package io.microvisor.compose.schema;

import io.microvisor.bytes.ByteSize;
import io.microvisor.bytes.Logins;
import io.microvisor.compose.problem.Code;
import io.microvisor.compose.problem.Problem;
import io.microvisor.compose.problem.Suggestion;
import io.microvisor.compose.yaml.Yaml;
import io.microvisor.compose.yaml.Yaml.ScalarKind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Checks one file against the vocabulary, value by value. What it reports it replaces by [Yaml.Bad] or leaves out, so
/// that later checks speak of what is left and nothing is reported twice.
public final class ShapeCheck {
  private final List<Problem> problems;

  public ShapeCheck(List<Problem> problems) {
    this.problems = problems;
  }

  /// The part of a whole file that is sound.
  public Yaml.Mapping root(Yaml root) {
    if (root instanceof Yaml.Scalar scalar && scalar.kind() == ScalarKind.NULL) {
      return new Yaml.Mapping(List.of(), root.place());
    }
    if (block("template", TemplateKeys.ROOT, root) instanceof Yaml.Mapping mapping) {
      return mapping;
    }
    return new Yaml.Mapping(List.of(), root.place());
  }

  private Yaml value(String subject, Shape shape, Yaml value) {
    return switch (shape) {
      case Shape.Text text -> text(subject, text, value);
      case Shape.Flag _ -> flag(subject, value);
      case Shape.Whole whole -> whole(subject, whole, value);
      case Shape.Size size -> size(subject, size, value);
      case Shape.Choice choice -> choice(subject, choice, value);
      case Shape.Items items -> items(subject, items, value);
      case Shape.Block block -> block(subject, block, value);
      case Shape.Named named -> named(subject, named, value);
    };
  }

  private Yaml block(String subject, Shape.Block block, Yaml value) {
    if (!(value instanceof Yaml.Mapping mapping)) {
      return wrongType(subject, block, value);
    }
    List<Yaml.Entry> sound = new ArrayList<>();
    for (Yaml.Entry entry : mapping.entries()) {
      Optional<Key> key = block.find(entry.key());
      if (key.isEmpty()) {
        unknownKey(subject, block, entry);
      } else if (key.get().status() == Status.NOT_BUILT) {
        notBuilt(subject, key.get(), entry).ifPresent(sound::add);
      } else {
        sound.add(new Yaml.Entry(entry.key(), entry.keyPlace(), entry(subject, key.get(), entry)));
      }
    }
    return new Yaml.Mapping(sound, mapping.place());
  }

  private Yaml entry(String block, Key key, Yaml.Entry entry) {
    return key.merge() == Key.Merge.UNION && entry.value() instanceof Yaml.Sequence sequence
        ? additions(key, sequence)
        : value(subject(block, key), key.shape(), entry.value());
  }

  /// What messages call a key: `enabled` alone would not say what is.
  private static String subject(String block, Key key) {
    return key.name().equals("enabled") ? block + ".enabled" : key.name();
  }

  /// A key of a feature that is not built: left out where it asks for nothing. Where it asks for something, that is the
  /// one problem: what may be wrong inside changes nothing.
  private Optional<Yaml.Entry> notBuilt(String block, Key key, Yaml.Entry entry) {
    List<Problem> inside = new ArrayList<>();
    Yaml checked = new ShapeCheck(inside).entry(block, key, entry);
    if (asksForNothing(checked)) {
      problems.addAll(inside);
      return Optional.empty();
    }
    problems.add(
        Problem.of(
            Code.NOT_BUILT,
            entry.keyPlace(),
            key.name() + ": understood, but not built yet (expected: a template without it)",
            "what it asks for, an image without the key does not have: "
                + firstSentence(key.description())));
    return Optional.of(
        new Yaml.Entry(entry.key(), entry.keyPlace(), new Yaml.Bad(entry.value().place())));
  }

  /// A list whose entries may begin with a minus, to remove what is inherited.
  private Yaml additions(Key key, Yaml.Sequence sequence) {
    if (!(key.shape() instanceof Shape.Items(Shape of))) {
      throw new IllegalStateException(key.name() + " is added to, but not a list");
    }
    List<Yaml> items = new ArrayList<>();
    for (Yaml item : sequence.items()) {
      if (item instanceof Yaml.Scalar scalar && scalar.text().startsWith("-")) {
        Yaml.Scalar name =
            new Yaml.Scalar(scalar.text().substring(1), scalar.kind(), scalar.place());
        items.add(
            value(key.name(), of, name) instanceof Yaml.Scalar ? item : new Yaml.Bad(item.place()));
      } else {
        items.add(value(key.name(), of, item));
      }
    }
    return new Yaml.Sequence(items, sequence.place());
  }

  private static String firstSentence(String description) {
    int stop = description.indexOf(". ");
    String first = stop < 0 ? description : description.substring(0, stop);
    return first.endsWith(".") ? first.substring(0, first.length() - 1) : first;
  }

  /// Whether a value of a feature that is not built leaves that feature off.
  private static boolean asksForNothing(Yaml value) {
    return switch (value) {
      case Yaml.Scalar scalar ->
          scalar.text().isEmpty()
              || scalar.kind() == ScalarKind.BOOL && scalar.text().equalsIgnoreCase("false");
      case Yaml.Sequence sequence -> sequence.items().isEmpty();
      case Yaml.Mapping mapping ->
          mapping
              .find("enabled")
              .map(ShapeCheck::asksForNothing)
              .orElseGet(() ->
                  mapping.entries().stream().allMatch(entry -> asksForNothing(entry.value())));
      case Yaml.Bad _ -> true;
    };
  }

  private void unknownKey(String subject, Shape.Block block, Yaml.Entry entry) {
    List<String> known = block.keys().stream().map(Key::name).toList();
    List<String> advice = new ArrayList<>();
    Optional<String> near = Suggestion.nearest(entry.key(), known);
    near.ifPresent(word -> advice.add("did you mean " + word + "?"));
    if (near.isEmpty()) {
      TemplateKeys.keys().stream()
          .filter(located -> located.key().name().equals(entry.key()))
          .map(TemplateKeys.Located::path)
          .min(Comparator.comparingInt(String::length).thenComparing(Comparator.naturalOrder()))
          .ifPresent(path -> advice.add("a key of this name belongs at " + path));
    }
    if (entry.key().equals("<<")) {
      advice.add("YAML 1.2 has no merge keys; layer templates with extends");
    }
    problems.add(
        new Problem(
            Code.UNKNOWN_KEY,
            entry.keyPlace(),
            shown(entry.key())
                + ": unknown key in "
                + subject
                + " (expected: "
                + String.join(", ", known)
                + ")",
            advice));
  }

  private Yaml named(String subject, Shape.Named named, Yaml value) {
    if (!(value instanceof Yaml.Mapping mapping)) {
      return wrongType(subject, named, value);
    }
    List<Yaml.Entry> sound = new ArrayList<>();
    for (Yaml.Entry entry : mapping.entries()) {
      if (named.name().accepts(entry.key())) {
        Yaml checked = value(entry.key(), named.of(), entry.value());
        sound.add(new Yaml.Entry(entry.key(), entry.keyPlace(), checked));
      } else {
        problems.add(
            Problem.of(
                Code.BAD_VALUE,
                entry.keyPlace(),
                shown(entry.key()) + ": not a name (expected: " + named.name().expected() + ")"));
      }
    }
    return new Yaml.Mapping(sound, mapping.place());
  }

  private Yaml items(String subject, Shape.Items items, Yaml value) {
    if (!(value instanceof Yaml.Sequence sequence)) {
      return wrongType(subject, items, value);
    }
    return new Yaml.Sequence(
        sequence.items().stream().map(item -> value(subject, items.of(), item)).toList(),
        sequence.place());
  }

  private Yaml text(String subject, Shape.Text text, Yaml value) {
    if (!(value instanceof Yaml.Scalar scalar)) {
      return wrongType(subject, text, value);
    }
    if (scalar.kind() == ScalarKind.NULL || scalar.kind() == ScalarKind.BOOL) {
      return wrongType(subject, text, value);
    }
    if (text.syntax().accepts(scalar.text())) {
      return scalar;
    }
    if (text.syntax().isSecret()) {
      problems.add(
          Problem.of(
              Code.BAD_VALUE,
              scalar.place(),
              subject + ": not of its form (expected: " + text.syntax().expected() + ")"));
      return new Yaml.Bad(scalar.place());
    }
    return bad(subject, scalar, text.syntax().expected(), List.of());
  }

  private Yaml flag(String subject, Yaml value) {
    if (value instanceof Yaml.Scalar scalar && scalar.kind() == ScalarKind.BOOL) {
      return scalar;
    }
    return wrongType(subject, new Shape.Flag(), value);
  }

  private Yaml whole(String subject, Shape.Whole whole, Yaml value) {
    if (!(value instanceof Yaml.Scalar scalar) || scalar.kind() != ScalarKind.INT) {
      return wrongType(subject, whole, value);
    }
    try {
      long number = Long.parseLong(scalar.text());
      if (number >= whole.least() && number <= whole.most()) {
        return scalar;
      }
    } catch (NumberFormatException _) { // too large, or not decimal: the same answer
    }
    return bad(subject, scalar, whole.words(), List.of());
  }

  private Yaml size(String subject, Shape.Size size, Yaml value) {
    if (!(value instanceof Yaml.Scalar scalar)
        || scalar.kind() == ScalarKind.NULL
        || scalar.kind() == ScalarKind.BOOL) {
      return wrongType(subject, size, value);
    }
    try {
      ByteSize.parse(scalar.text());
      return scalar;
    } catch (IllegalArgumentException _) { // the only answer ByteSize has
      return bad(subject, scalar, size.words(), List.of());
    }
  }

  private Yaml choice(String subject, Shape.Choice choice, Yaml value) {
    if (!(value instanceof Yaml.Scalar scalar) || scalar.kind() == ScalarKind.NULL) {
      return wrongType(subject, choice, value);
    }
    Optional<Shape.Option> option = choice.find(scalar.text());
    List<String> built = choice.words(Status.BUILT).stream().map(ShapeCheck::shown).toList();
    String expected = (built.size() == 1 ? "" : "one of ") + String.join(", ", built);
    if (option.isEmpty()) {
      List<String> words = choice.options().stream().map(Shape.Option::word).toList();
      List<String> advice =
          Suggestion.nearest(scalar.text(), words).stream()
              .map(word -> "did you mean " + word + "?")
              .toList();
      return bad(subject, scalar, expected, advice);
    }
    if (option.get().status() == Status.NOT_BUILT) {
      problems.add(
          Problem.of(
              subject.equals("arch") || subject.equals("os") || subject.equals("dist")
                  ? Code.OUT_OF_SCOPE
                  : Code.NOT_BUILT,
              scalar.place(),
              subject
                  + ": "
                  + scalar.text()
                  + " is understood, but not built yet (expected: "
                  + expected
                  + ")"));
    }
    return scalar;
  }

  private Yaml bad(String subject, Yaml.Scalar scalar, String expected, List<String> advice) {
    problems.add(
        new Problem(
            Code.BAD_VALUE,
            scalar.place(),
            subject + ": " + shown(scalar.text()) + " (expected: " + expected + ")",
            advice));
    return new Yaml.Bad(scalar.place());
  }

  private Yaml wrongType(String subject, Shape shape, Yaml value) {
    if (!(value instanceof Yaml.Bad)) {
      List<String> advice = new ArrayList<>();
      boolean secret = shape instanceof Shape.Text(Syntax syntax) && syntax.isSecret();
      if (shape instanceof Shape.Text && value instanceof Yaml.Scalar scalar && !secret) {
        if (scalar.kind() == ScalarKind.BOOL) {
          advice.add("write \"" + scalar.text() + "\" in quotes to mean the word");
        }
      }
      if (shape instanceof Shape.Items && value instanceof Yaml.Scalar scalar) {
        if (scalar.kind() != ScalarKind.NULL) {
          advice.add("write [" + shown(scalar.text()) + "] for a list of one");
        }
      }
      String found =
          value instanceof Yaml.Scalar scalar && scalar.kind() != ScalarKind.NULL && !secret
              ? shown(scalar.text()) + " is " + value.kindName()
              : value.kindName();
      problems.add(
          new Problem(
              Code.WRONG_TYPE,
              value.place(),
              subject + ": " + found + " (expected: " + shape.words() + ")",
              advice));
    }
    return new Yaml.Bad(value.place());
  }

  /// A text fit for a message: one line, printable, not long; quoted when it is empty or holds blanks.
  public static String shown(String value) {
    String text = value.contains(":") ? Logins.hiddenInRefused(value) : value;
    StringBuilder clean = new StringBuilder();
    text.codePoints()
        .limit(61)
        .forEach(c -> {
          if (Character.isISOControl(c)) {
            clean.append(String.format(Locale.ROOT, "\\x%02x", c));
          } else {
            clean.appendCodePoint(c);
          }
        });
    String result =
        text.codePointCount(0, text.length()) > 60
            ? clean.append("...").toString()
            : clean.toString();
    return result.isEmpty() || result.contains(" ") ? "\"" + result + "\"" : result;
  }
}
