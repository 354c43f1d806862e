package io.microvisor.compose.schema;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// The type of a key's value.
public sealed interface Shape {
  /// The type in a few words, for messages and the reference.
  String words();

  /// A text of a certain form.
  record Text(Syntax syntax) implements Shape {
    @Override
    public String words() {
      return syntax == Syntax.TEXT || syntax == Syntax.LINE
          ? "text"
          : "text (" + syntax.name().toLowerCase(Locale.ROOT).replace('_', ' ') + ")";
    }
  }

  /// `true` or `false`.
  record Flag() implements Shape {
    @Override
    public String words() {
      return "true or false";
    }
  }

  /// A whole number between two bounds, both allowed.
  record Whole(long least, long most) implements Shape {
    @Override
    public String words() {
      return "a whole number from " + least + " to " + most;
    }
  }

  /// A number of bytes, written with its unit.
  record Size() implements Shape {
    @Override
    public String words() {
      return "a size such as 512MiB";
    }
  }

  /// One word of several.
  record Choice(List<Option> options) implements Shape {
    public Choice {
      options = List.copyOf(options);
    }

    /// The option of a word.
    public Optional<Option> find(String word) {
      return options.stream().filter(option -> option.word().equals(word)).findFirst();
    }

    /// The words, in the order declared.
    public List<String> words(Status status) {
      return options.stream().filter(o -> o.status() == status).map(Option::word).toList();
    }

    @Override
    public String words() {
      return "one of " + String.join(", ", options.stream().map(Option::word).toList());
    }
  }

  /// A word of a [Choice].
  record Option(String word, Status status) {}

  /// A list of values of one shape.
  record Items(Shape of) implements Shape {
    @Override
    public String words() {
      return switch (of) {
        case Text text -> "a list of texts (" + text.syntax().expected() + ")";
        case Block _ -> "a list of blocks";
        case Choice choice -> "a list, each " + choice.words();
        case Flag _, Whole _, Size _, Items _, Named _ -> "a list, each " + of.words();
      };
    }
  }

  /// A block of known keys.
  record Block(List<Key> keys) implements Shape {
    public Block {
      keys = List.copyOf(keys);
    }

    /// The key of a name.
    public Optional<Key> find(String name) {
      return keys.stream().filter(key -> key.name().equals(name)).findFirst();
    }

    @Override
    public String words() {
      return "a block of keys";
    }
  }

  /// A block whose keys the user names.
  record Named(Syntax name, Shape of) implements Shape {
    @Override
    public String words() {
      return "a block from names (" + name.expected() + ") to " + of.words();
    }
  }
}
