package io.microvisor.compose.schema;

import io.microvisor.compose.yaml.Yaml;

/// Rewrites the local paths of a layer so that they start from the folder of the template that is loaded, wherever the
/// layer lies below it. Paths that would leave that folder are rewritten too, and refused when they are looked up.
///
/// @param prefix from the template's folder to the layer's; empty, or with a slash at its end
public record Relocation(String prefix) {
  public static Relocation of(String prefix) {
    return new Relocation(prefix);
  }

  public Yaml.Mapping apply(Yaml.Mapping layer) {
    return prefix.isEmpty() ? layer : block(TemplateKeys.ROOT, layer);
  }

  private Yaml.Mapping block(Shape.Block block, Yaml.Mapping mapping) {
    return new Yaml.Mapping(
        mapping.entries().stream()
            .map(entry ->
                new Yaml.Entry(
                    entry.key(),
                    entry.keyPlace(),
                    block
                        .find(entry.key())
                        .map(key -> value(key.shape(), entry.value()))
                        .orElse(entry.value())))
            .toList(),
        mapping.place());
  }

  private Yaml value(Shape shape, Yaml value) {
    return switch (value) {
      case Yaml.Scalar scalar when shape instanceof Shape.Text(Syntax syntax) ->
          syntax == Syntax.LOCAL_PATH && !scalar.text().startsWith("/")
              ? new Yaml.Scalar(prefix + scalar.text(), scalar.kind(), scalar.place())
              : scalar;
      case Yaml.Sequence sequence when shape instanceof Shape.Items(Shape of) ->
          new Yaml.Sequence(
              sequence.items().stream().map(item -> value(of, item)).toList(), sequence.place());
      case Yaml.Mapping mapping when shape instanceof Shape.Block inner -> block(inner, mapping);
      case Yaml.Scalar _, Yaml.Sequence _, Yaml.Mapping _, Yaml.Bad _ -> value;
    };
  }
}
