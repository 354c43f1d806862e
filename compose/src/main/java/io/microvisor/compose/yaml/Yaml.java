package io.microvisor.compose.yaml;

import io.microvisor.compose.problem.Place;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// A YAML document as plain values that remember where they stood. Aliases are gone: what they stood for is shared.
public sealed interface Yaml {
  /// Where the value begins.
  Place place();

  /// What the value is, in a word of an error message.
  String kindName();

  /// The types of YAML's core schema (YAML 1.2.2, 10.3.2); a quoted or block scalar is always `QUOTED`.
  enum ScalarKind {
    NULL("nothing"),
    BOOL("a truth value"),
    INT("a number"),
    FLOAT("a number"),
    PLAIN("text"),
    QUOTED("text");

    private static final Pattern NOTHING = Pattern.compile("|~|null|Null|NULL");
    private static final Pattern TRUTH = Pattern.compile("true|True|TRUE|false|False|FALSE");
    private static final Pattern WHOLE = Pattern.compile("[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+");
    private static final Pattern FRACTION =
        Pattern.compile(
            "[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?"
                + "|[-+]?\\.(inf|Inf|INF)|\\.(nan|NaN|NAN)");

    private final String words;

    ScalarKind(String words) {
      this.words = words;
    }

    /// The kind of a plain scalar.
    static ScalarKind ofPlain(String text) {
      if (text.length() > 64) {
        return PLAIN;
      }
      if (NOTHING.matcher(text).matches()) {
        return NULL;
      }
      if (TRUTH.matcher(text).matches()) {
        return BOOL;
      }
      if (WHOLE.matcher(text).matches()) {
        return INT;
      }
      return FRACTION.matcher(text).matches() ? FLOAT : PLAIN;
    }
  }

  /// A single value.
  record Scalar(String text, ScalarKind kind, Place place) implements Yaml {
    @Override
    public String kindName() {
      return kind.words;
    }
  }

  /// A list.
  record Sequence(List<Yaml> items, Place place) implements Yaml {
    public Sequence {
      items = List.copyOf(items);
    }

    @Override
    public String kindName() {
      return "a list";
    }
  }

  /// Keys with values, in the order written.
  record Mapping(List<Entry> entries, Place place) implements Yaml {
    public Mapping {
      entries = List.copyOf(entries);
    }

    /// The value of a key.
    public Optional<Yaml> find(String key) {
      return entry(key).map(Entry::value);
    }

    /// A key with its value.
    public Optional<Entry> entry(String key) {
      return entries.stream().filter(entry -> entry.key().equals(key)).findFirst();
    }

    @Override
    public String kindName() {
      return "a block of keys";
    }
  }

  /// One key with its value.
  record Entry(String key, Place keyPlace, Yaml value) {}

  /// A value already reported as a problem: later checks pass over it.
  record Bad(Place place) implements Yaml {
    @Override
    public String kindName() {
      return "something wrong";
    }
  }
}
