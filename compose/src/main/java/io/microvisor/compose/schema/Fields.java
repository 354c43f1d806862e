package io.microvisor.compose.schema;

import io.microvisor.bytes.ByteSize;
import io.microvisor.compose.problem.Code;
import io.microvisor.compose.problem.Place;
import io.microvisor.compose.problem.Problem;
import io.microvisor.compose.yaml.Yaml;
import io.microvisor.compose.yaml.YamlReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// Typed access to a checked block, with the defaults of the vocabulary. A value already reported as bad reads as its
/// default, or as absent: the template is then rejected anyway, and what is left can still be checked.
public final class Fields {
  private final Shape.Block block;
  private final Yaml.Mapping mapping;
  private final boolean stated;
  private final List<Problem> problems;

  /// A text with its place.
  public record Item(String text, Place place) {}

  /// A name with the text it stands for.
  public record Pair(Item name, Item value) {}

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

  public static Fields root(Yaml.Mapping root, List<Problem> problems) {
    return new Fields("the template", TemplateKeys.ROOT, root, true, problems);
  }

  public Place place() {
    return mapping.place();
  }

  /// Whether anybody wrote this block.
  public boolean stated() {
    return stated;
  }

  /// Whether anybody wrote this key.
  public boolean has(String name) {
    return mapping.entry(key(name).name()).isPresent();
  }

  /// Where a key's value is, or the block when nobody wrote it.
  public Place place(String name) {
    return mapping.find(name).map(Yaml::place).orElse(mapping.place());
  }

  public Optional<Item> text(String name) {
    return scalar(value(name));
  }

  public String text(String name, String otherwise) {
    return text(name).map(Item::text).orElse(otherwise);
  }

  public boolean flag(String name) {
    return text(name)
        .map(item -> item.text().startsWith("t") || item.text().startsWith("T"))
        .orElse(false);
  }

  public OptionalLong whole(String name) {
    return text(name).stream().mapToLong(item -> Long.parseLong(item.text())).findFirst();
  }

  public Optional<ByteSize> size(String name) {
    return text(name).map(item -> ByteSize.parse(item.text()));
  }

  public List<Item> texts(String name) {
    return sequence(name).stream().flatMap(item -> scalar(Optional.of(item)).stream()).toList();
  }

  public Fields block(String name) {
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

  public List<Fields> blocks(String name) {
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

  public List<Pair> named(String name) {
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
