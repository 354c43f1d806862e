package io.microvisor.compose.template;

import io.microvisor.bytes.Digest;
import io.microvisor.compose.yaml.PlainValues;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/// A template after its layers were joined: what `emt resolve` prints.
///
/// @param text YAML that reads back as the same template when it lies in the same folder; no `extends`, no removals
/// @param values the same, each value by the path of keys that leads to it
/// @param files every local file the template names, by name
/// @param identity changes exactly when the text or the contents of a local file change
public record EffectiveTemplate(
    String text, SortedMap<String, String> values, List<LocalFile> files, Digest identity) {
  public EffectiveTemplate {
    files = List.copyOf(files);
  }

  /// What the text says, as plain values: maps in their order, lists, texts, numbers and truth values.
  public Map<String, Object> tree() {
    return PlainValues.of(text);
  }
}
