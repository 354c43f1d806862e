package io.microvisor.compose.template;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// Flattens a checked tree: each value by the path of keys that leads to it, such as `systemConfig.hostname`. Items of lists go by
/// what tells them apart, `systemConfig.users[me].sudo`, `systemConfig.packages[htop]`, so that one more does not move the rest.
final class EffectiveValues {
  private static final List<String> NAMES = List.of("name", "final", "path", "url", "type");

  private final SortedMap<String, String> values = new TreeMap<>();

  private EffectiveValues() {}

  static SortedMap<String, String> of(Yaml.Mapping root) {
    EffectiveValues flat = new EffectiveValues();
    flat.add("", root);
    return Collections.unmodifiableSortedMap(flat.values);
  }

  private void add(String path, Yaml value) {
    switch (value) {
      case Yaml.Scalar scalar -> values.put(path, scalar.text());
      case Yaml.Sequence sequence -> {
        for (int i = 0; i < sequence.items().size(); i++) {
          Yaml item = sequence.items().get(i);
          add(path + "[" + name(item).orElse(Integer.toString(i)) + "]", item);
        }
      }
      case Yaml.Mapping mapping ->
          mapping
              .entries()
              .forEach(entry ->
                  add(path.isEmpty() ? entry.key() : path + "." + entry.key(), entry.value()));
      case Yaml.Bad bad -> throw new IllegalStateException("a bad value was kept: " + bad.place());
    }
  }

  private static Optional<String> name(Yaml item) {
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
