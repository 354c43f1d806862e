package io.microvisor.compose.yaml;

import io.microvisor.compose.problem.Problem;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// A template as values that other formats know: maps in their order, lists, texts, numbers, truth values.
public final class PlainValues {
  private PlainValues() {}

  /// @param text YAML without problems
  public static Map<String, Object> of(String text) {
    List<Problem> problems = new ArrayList<>();
    Object values =
        YamlReader.read("template", text.getBytes(StandardCharsets.UTF_8), problems)
            .map(PlainValues::value)
            .orElse(Map.of());
    Map<String, Object> all = new LinkedHashMap<>();
    if (!problems.isEmpty() || !(values instanceof Map<?, ?> map)) {
      throw new IllegalStateException("what we printed cannot be read: " + problems);
    }
    map.forEach((key, value) -> all.put(String.valueOf(key), value));
    return all;
  }

  private static Object value(Yaml yaml) {
    return switch (yaml) {
      case Yaml.Scalar scalar -> scalar(scalar);
      case Yaml.Sequence sequence -> sequence.items().stream().map(PlainValues::value).toList();
      case Yaml.Mapping mapping -> {
        Map<String, Object> all = new LinkedHashMap<>();
        mapping.entries().forEach(entry -> all.put(entry.key(), value(entry.value())));
        yield all;
      }
      case Yaml.Bad bad -> throw new IllegalStateException("a bad value was kept: " + bad.place());
    };
  }

  private static Object scalar(Yaml.Scalar scalar) {
    String text = scalar.text();
    return switch (scalar.kind()) {
      case BOOL -> text.toLowerCase(Locale.ROOT).equals("true");
      case INT -> text.matches("[-+]?[0-9]{1,18}") ? (Object) Long.valueOf(text) : text;
      case FLOAT -> text.matches("[-+]?[0-9]{1,18}\\.[0-9]{1,18}") ? new BigDecimal(text) : text;
      case NULL, PLAIN, QUOTED -> text;
    };
  }
}
