package io.microvisor.compose.template;

import io.microvisor.bytes.ByteSize;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// Typed access to a checked block, with the defaults of the vocabulary. A value already reported as bad reads as its
/// default, or as absent: the template is then rejected anyway, and what is left can still be checked.
final class Fields {
  private final Shape.Block block;
  private final Yaml.Mapping mapping;
  private final boolean stated;
  private final List<Problem> problems;

  /// A text with its place.
  record Item(String text, Place place) {}

  /// A name with the text it stands for.
  record Pair(Item name, Item value) {}

  private Fields(
      String subject,
      Shape.Block block,
      Yaml.Mapping mapping,
      boolean stated,
      List<Problem> problems) {
    this.block = block;
    this.mapping = mapping;
    this.stated = stated;
    this.problems = problems;
    if (stated) {
      for (Key key : block.keys()) {
        if (key.required() && mapping.entry(key.name()).isEmpty()) {
          problems.add(
              Problem.of(
                  Code.MISSING_KEY,
                  mapping.place(),
                  key.name()
                      + ": missing in "
                      + subject
                      + " (expected: "
                      + key.shape().words()
                      + ")"));
        }
      }
    }
  }

  static Fields root(Yaml.Mapping root, List<Problem> problems) {
    return new Fields("the template", Vocabulary.ROOT, root, true, problems);
  }

  Place place() {
    return mapping.place();
  }

  /// Whether anybody wrote this block.
  boolean stated() {
    return stated;
  }

  /// Whether anybody wrote this key.
  boolean has(String name) {
    return mapping.entry(key(name).name()).isPresent();
  }

  /// Where a key's value is, or the block when nobody wrote it.
  Place place(String name) {
    return mapping.find(name).map(Yaml::place).orElse(mapping.place());
  }

  Optional<Item> text(String name) {
    return scalar(value(name));
  }

  String text(String name, String otherwise) {
    return text(name).map(Item::text).orElse(otherwise);
  }

  boolean flag(String name) {
    return text(name)
        .map(item -> item.text().startsWith("t") || item.text().startsWith("T"))
        .orElse(false);
  }

  OptionalLong whole(String name) {
    return text(name).stream().mapToLong(item -> Long.parseLong(item.text())).findFirst();
  }

  Optional<ByteSize> size(String name) {
    return text(name).map(item -> ByteSize.parse(item.text()));
  }

  List<Item> texts(String name) {
    return sequence(name).stream().flatMap(item -> scalar(Optional.of(item)).stream()).toList();
  }

  Fields block(String name) {
    Shape shape = key(name).shape();
    if (!(shape instanceof Shape.Block inner)) {
      throw new IllegalStateException(name + " is not a block in the vocabulary");
    }
    return value(name)
        .map(value ->
            value instanceof Yaml.Mapping found
                ? new Fields(name, inner, found, true, problems)
                : new Fields(name, inner, empty(value.place()), false, problems))
        .orElseGet(() -> new Fields(name, inner, empty(mapping.place()), false, problems));
  }

  List<Fields> blocks(String name) {
    if (!(key(name).shape() instanceof Shape.Items(Shape of))
        || !(of instanceof Shape.Block inner)) {
      throw new IllegalStateException(name + " is not a list of blocks in the vocabulary");
    }
    List<Fields> blocks = new ArrayList<>();
    for (Yaml item : sequence(name)) {
      if (item instanceof Yaml.Mapping found) {
        blocks.add(new Fields("an entry of " + name, inner, found, true, problems));
      }
    }
    return blocks;
  }

  List<Pair> named(String name) {
    if (!(value(name).orElse(empty(place())) instanceof Yaml.Mapping found)) {
      return List.of();
    }
    List<Pair> pairs = new ArrayList<>();
    for (Yaml.Entry entry : found.entries()) {
      scalar(Optional.of(entry.value()))
          .ifPresent(value -> pairs.add(new Pair(new Item(entry.key(), entry.keyPlace()), value)));
    }
    return pairs;
  }

  private List<Yaml> sequence(String name) {
    return value(name).orElse(empty(place())) instanceof Yaml.Sequence found
        ? found.items()
        : List.of();
  }

  private Optional<Yaml> value(String name) {
    Key key = key(name);
    Optional<Yaml> found = mapping.find(name);
    if (found.isPresent() || key.fallback().isEmpty()) {
      return found;
    }
    List<Problem> none = new ArrayList<>();
    byte[] text = key.fallback().getBytes(StandardCharsets.UTF_8);
    Optional<Yaml> fallback = YamlReader.read("default", text, none);
    if (fallback.isEmpty()) {
      throw new IllegalStateException("the default of " + name + " does not parse: " + none);
    }
    return fallback;
  }

  private Key key(String name) {
    return block
        .find(name)
        .orElseThrow(() -> new IllegalStateException(name + " is not in the vocabulary here"));
  }

  private static Optional<Item> scalar(Optional<Yaml> value) {
    return value.isPresent() && value.get() instanceof Yaml.Scalar scalar
        ? Optional.of(new Item(scalar.text(), scalar.place()))
        : Optional.empty();
  }

  private static Yaml.Mapping empty(Place place) {
    return new Yaml.Mapping(List.of(), place);
  }
}
