package io.microvisor.compose.schema;

import io.microvisor.bytes.Digest;
import io.microvisor.bytes.Logins;
import io.microvisor.compose.yaml.Yaml;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// Flattens a checked tree: each value by the path of keys that leads to it, such as `systemConfig.hostname`. Items of lists go by
/// what tells them apart, `systemConfig.users[me].sudo`, `systemConfig.packages[htop]`, so that one more does not move the rest.
/// Of a secret there is a digest, which shows that it changed.
public final class EffectiveValues {
  private static final List<String> NAMES = List.of("name", "final", "path", "url", "type");

  private final SortedMap<String, String> values = new TreeMap<>();

  private EffectiveValues() {}

  public static SortedMap<String, String> of(Yaml.Mapping root) {
    EffectiveValues flat = new EffectiveValues();
    flat.add("", TemplateKeys.ROOT, root);
    return Collections.unmodifiableSortedMap(flat.values);
  }

  private void add(String path, Shape shape, Yaml value) {
    switch (value) {
      case Yaml.Scalar scalar -> values.put(path, shown(shape, scalar.text()));
      case Yaml.Sequence sequence -> {
        Shape item = shape instanceof Shape.Items(Shape of) ? of : shape;
        for (int i = 0; i < sequence.items().size(); i++) {
          Yaml element = sequence.items().get(i);
          add(path + "[" + name(element).orElse(Integer.toString(i)) + "]", item, element);
        }
      }
      case Yaml.Mapping mapping ->
          mapping
              .entries()
              .forEach(entry ->
                  add(
                      path.isEmpty() ? entry.key() : path + "." + entry.key(),
                      below(shape, entry.key()),
                      entry.value()));
      case Yaml.Bad bad -> throw new IllegalStateException("a bad value was kept: " + bad.place());
    }
  }

  private static Shape below(Shape shape, String key) {
    return switch (shape) {
      case Shape.Block block -> block.find(key).map(Key::shape).orElse(shape);
      case Shape.Named named -> named.of();
      case Shape.Text _, Shape.Flag _, Shape.Whole _, Shape.Size _, Shape.Choice _, Shape.Items _ ->
          shape;
    };
  }

  private static String shown(Shape shape, String text) {
    return shape instanceof Shape.Text(Syntax syntax) && syntax.isSecret()
        ? "(" + Digest.sha256(text).hex().substring(0, 12) + ")"
        : text;
  }

  /// What tells an item apart, without logins: names are remembered and shown.
  private static Optional<String> name(Yaml item) {
    return text(item).map(Logins::hidden);
  }

  private static Optional<String> text(Yaml item) {
    return switch (item) {
      case Yaml.Scalar scalar -> Optional.of(scalar.text());
      case Yaml.Mapping mapping ->
          NAMES.stream()
              .flatMap(name -> mapping.find(name).stream())
              .filter(Yaml.Scalar.class::isInstance)
              .map(scalar -> ((Yaml.Scalar) scalar).text())
              .findFirst();
      case Yaml.Sequence _, Yaml.Bad _ -> Optional.empty();
    };
  }
}
