package io.microvisor.compose.schema;

import io.microvisor.compose.problem.Code;
import io.microvisor.compose.problem.Place;
import io.microvisor.compose.problem.Problem;
import io.microvisor.compose.problem.Suggestion;
import io.microvisor.compose.schema.Key.Merge;
import io.microvisor.compose.yaml.Yaml;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/// Lays a template over the one it extends, each key by its own rule in the vocabulary.
public final class Merging {
  private final List<Problem> problems;

  public Merging(List<Problem> problems) {
    this.problems = problems;
  }

  /// What a child says over what it inherits; a removal that removes nothing is a problem.
  public Yaml.Mapping over(Yaml.Mapping parent, Yaml.Mapping child) {
    return fields(TemplateKeys.ROOT, parent, child);
  }

  private Yaml.Mapping fields(Shape.Block block, Yaml.Mapping parent, Yaml.Mapping child) {
    List<Yaml.Entry> merged = new ArrayList<>();
    for (Key key : block.keys()) {
      Optional<Yaml.Entry> inherited = parent.entry(key.name());
      Optional<Yaml.Entry> own = child.entry(key.name());
      if (own.isPresent()) {
        Yaml below = inherited.map(Yaml.Entry::value).orElseGet(() -> nothing(own.get().value()));
        Yaml value = value(key.shape(), key.merge(), below, own.get().value());
        merged.add(new Yaml.Entry(key.name(), own.get().keyPlace(), value));
      } else {
        inherited.ifPresent(merged::add);
      }
    }
    return new Yaml.Mapping(merged, child.place());
  }

  /// An empty value of the same kind, so that a template without a parent takes the same way.
  private static Yaml nothing(Yaml like) {
    return switch (like) {
      case Yaml.Mapping mapping -> new Yaml.Mapping(List.of(), mapping.place());
      case Yaml.Sequence sequence -> new Yaml.Sequence(List.of(), sequence.place());
      case Yaml.Scalar scalar -> scalar;
      case Yaml.Bad bad -> bad;
    };
  }

  private Yaml value(Shape shape, Merge rule, Yaml parent, Yaml child) {
    if (child instanceof Yaml.Mapping over && parent instanceof Yaml.Mapping under) {
      return switch (shape) {
        case Shape.Block block ->
            fields(block, rule == Merge.REPLACE ? empty(under.place()) : under, over);
        case Shape.Named _ -> names(under, over);
        case Shape.Text _,
            Shape.Flag _,
            Shape.Whole _,
            Shape.Size _,
            Shape.Choice _,
            Shape.Items _ ->
            child;
      };
    }
    if (child instanceof Yaml.Sequence over
        && parent instanceof Yaml.Sequence under
        && shape instanceof Shape.Items items) {
      return switch (rule) {
        case UNION -> union(items, under, over);
        case APPEND -> appended(items, under, over);
        case BY_NAME -> keyed("name", items, under, over, true);
        case BY_FINAL -> keyed("final", items, under, over, false);
        case BY_PATH -> keyed("path", items, under, over, false);
        case REPLACE, FIELDS -> appended(items, empty(under), over);
      };
    }
    return child;
  }

  private static Yaml.Mapping empty(Place place) {
    return new Yaml.Mapping(List.of(), place);
  }

  private static Yaml.Sequence empty(Yaml.Sequence like) {
    return new Yaml.Sequence(List.of(), like.place());
  }

  private static Yaml.Mapping names(Yaml.Mapping parent, Yaml.Mapping child) {
    Map<String, Yaml.Entry> merged = new LinkedHashMap<>();
    parent.entries().forEach(entry -> merged.put(entry.key(), entry));
    child.entries().forEach(entry -> merged.put(entry.key(), entry));
    return new Yaml.Mapping(List.copyOf(merged.values()), child.place());
  }

  /// Merges within each item too: there, too, a list may only add.
  private Yaml.Sequence appended(Shape.Items items, Yaml.Sequence parent, Yaml.Sequence child) {
    List<Yaml> merged = new ArrayList<>(parent.items());
    child.items().forEach(item -> merged.add(alone(items, item)));
    return new Yaml.Sequence(merged, child.place());
  }

  private Yaml alone(Shape.Items items, Yaml item) {
    return items.of() instanceof Shape.Block block && item instanceof Yaml.Mapping mapping
        ? fields(block, empty(mapping.place()), mapping)
        : item;
  }

  private Yaml.Sequence keyed(
      String name, Shape.Items items, Yaml.Sequence parent, Yaml.Sequence child, boolean join) {
    List<Yaml> merged = new ArrayList<>(parent.items());
    for (Yaml item : child.items()) {
      Optional<String> id = id(name, item);
      OptionalInt found =
          IntStream.range(0, parent.items().size())
              .filter(i -> id.isPresent() && id(name, merged.get(i)).equals(id))
              .findFirst();
      if (found.isEmpty()) {
        merged.add(alone(items, item));
      } else if (join
          && items.of() instanceof Shape.Block block
          && merged.get(found.getAsInt()) instanceof Yaml.Mapping under
          && item instanceof Yaml.Mapping over) {
        merged.set(found.getAsInt(), fields(block, under, over));
      } else {
        merged.set(found.getAsInt(), alone(items, item));
      }
    }
    return new Yaml.Sequence(merged, child.place());
  }

  private static Optional<String> id(String name, Yaml item) {
    return item instanceof Yaml.Mapping mapping
            && mapping.find(name).orElse(item) instanceof Yaml.Scalar scalar
        ? Optional.of(scalar.text())
        : Optional.empty();
  }

  private Yaml.Sequence union(Shape.Items items, Yaml.Sequence parent, Yaml.Sequence child) {
    boolean versions = items.of() instanceof Shape.Text(Syntax syntax) && syntax == Syntax.PACKAGE;
    Map<String, Yaml> merged = new LinkedHashMap<>();
    parent.items().forEach(item -> merged.put(identity(item, versions), item));
    List<String> inherited = List.copyOf(merged.keySet());
    for (Yaml item : child.items()) {
      String identity = identity(item, versions);
      if (!(item instanceof Yaml.Scalar scalar) || !identity.startsWith("-")) {
        merged.merge(identity, item, (old, now) -> now);
      } else if (!inherited.contains(identity.substring(1))
          || merged.remove(identity.substring(1)) == null) {
        problems.add(nothingToRemove(scalar, inherited));
      }
    }
    return new Yaml.Sequence(List.copyOf(merged.values()), child.place());
  }

  private static Problem nothingToRemove(Yaml.Scalar scalar, List<String> inherited) {
    String name = scalar.text().substring(1);
    List<String> advice =
        Suggestion.nearest(name, inherited).stream()
            .map(word -> "did you mean -" + word + "?")
            .toList();
    return new Problem(
        Code.NOTHING_TO_REMOVE,
        scalar.place(),
        scalar.text() + ": no " + name + " is inherited (expected: an inherited entry to remove)",
        advice);
  }

  private static String identity(Yaml item, boolean versions) {
    if (!(item instanceof Yaml.Scalar scalar)) {
      return item.place().toString();
    }
    int equals = scalar.text().indexOf('=');
    return versions && equals > 0 ? scalar.text().substring(0, equals) : scalar.text();
  }
}
