package io.microvisor.compose.plan;

import io.microvisor.bytes.Digest;
import io.microvisor.bytes.Versions;
import io.microvisor.compose.problem.Place;
import io.microvisor.formats.tree.TreePath;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedCollection;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;

/// What a step would do, apart from its inputs: the versions of its code and its parameters, never a path or a time.
///
/// Parameters are read off the step's record, so that none can be forgotten: each component counts, but for inputs, which
/// have identities of their own, and those marked as [Unkeyed]. A component that is a record stands for its own
/// components. Where something stands in a template ([Place]) never counts.
///
/// @param versions of all code that its results depend on
/// @param parameters by name, in a form in which different values never look the same
public record Fingerprint(Versions versions, SortedMap<String, String> parameters) {
  /// What names no value: inputs are in the key by their identity, the step by its name.
  private static final Set<Class<?>> WIRING =
      Set.of(Input.class, Input.Output.class, Input.Content.class, StepId.class, Place.class);

  public Fingerprint {
    parameters = Collections.unmodifiableSortedMap(new TreeMap<>(parameters));
  }

  /// The fingerprint of a step.
  ///
  /// @param step a record
  /// @throws IllegalStateException if a component, or something in it, has no canonical form: a file, a stream, a function
  public static Fingerprint of(Step step) {
    SortedMap<String, String> parameters = new TreeMap<>();
    for (RecordComponent component : components(step)) {
      if (!counts(component)) {
        continue;
      }
      Object value = value(component, step);
      if (value instanceof Record selection && !isOpaque(value)) {
        for (RecordComponent each : components(selection)) {
          if (counts(each)) {
            add(parameters, step, each, value(each, selection));
          }
        }
      } else {
        add(parameters, step, component, value);
      }
    }
    return new Fingerprint(step.versions(), parameters);
  }

  private static boolean counts(RecordComponent component) {
    return !component.isAnnotationPresent(Unkeyed.class) && !WIRING.contains(component.getType());
  }

  private static void add(
      SortedMap<String, String> parameters, Step step, RecordComponent component, Object value) {
    String text;
    try {
      text = value instanceof String plain ? plain : canonical(value);
    } catch (IllegalStateException e) {
      throw new IllegalStateException(
          "step %s: %s: %s".formatted(step.id(), component.getName(), e.getMessage()), e);
    }
    if (parameters.put(words(component.getName()), text) != null) {
      throw new IllegalStateException(
          "step %s: two parameters %s (expected: distinct names)"
              .formatted(step.id(), component.getName()));
    }
  }

  /// `packageDatabase`: `package database`.
  private static String words(String name) {
    return name.replaceAll("([A-Z])", " $1").toLowerCase(Locale.ROOT);
  }

  private static boolean isOpaque(Object value) {
    return value instanceof Digest || value instanceof TreePath;
  }

  private static String canonical(Object value) {
    return switch (value) {
      case String text -> "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
      case Boolean truth -> truth.toString();
      case Integer number -> number.toString();
      case Long number -> number.toString();
      case Enum<?> constant -> constant.name();
      case Digest digest -> digest.hex();
      case TreePath path -> canonical(path.toString());
      case UUID id -> id.toString();
      case Optional<?> maybe -> maybe.map(Fingerprint::canonical).orElse("-");
      case SequencedCollection<?> items ->
          items.stream().map(Fingerprint::canonical).collect(Collectors.joining(", ", "[", "]"));
      case Set<?> items ->
          items.stream()
              .map(Fingerprint::canonical)
              .sorted()
              .collect(Collectors.joining(", ", "[", "]"));
      case Map<?, ?> map ->
          map.entrySet().stream()
              .map(each -> canonical(each.getKey()) + ": " + canonical(each.getValue()))
              .sorted()
              .collect(Collectors.joining(", ", "{", "}"));
      case Record named -> canonical(named);
      default ->
          throw new IllegalStateException(
              value.getClass().getSimpleName()
                  + " has no canonical form (expected: a value, or @Unkeyed)");
    };
  }

  private static String canonical(Record named) {
    return components(named).stream()
        .filter(Fingerprint::counts)
        .map(each -> each.getName() + "=" + canonical(value(each, named)))
        .collect(Collectors.joining(", ", named.getClass().getSimpleName() + "(", ")"));
  }

  private static List<RecordComponent> components(Object value) {
    RecordComponent[] components = value.getClass().getRecordComponents();
    if (components == null) {
      throw new IllegalStateException(value.getClass().getName() + ": no record");
    }
    return List.of(components);
  }

  private static Object value(RecordComponent component, Object of) {
    try {
      Method accessor = component.getAccessor();
      accessor.setAccessible(true);
      return accessor.invoke(of);
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException(component + ": cannot be read", e);
    }
  }

  /// The cache key of a step with this fingerprint and inputs of these identities.
  public Digest key(StepId step, SortedMap<String, Digest> inputs) {
    MessageDigest hasher = Digest.hasher();
    add(hasher, step.name());
    add(hasher, versions.toString());
    parameters.forEach((name, value) -> add(hasher, name + "=" + value));
    add(hasher, "--");
    inputs.forEach((name, identity) -> add(hasher, name + "=" + identity.hex()));
    return Digest.of(hasher.digest());
  }

  private static void add(MessageDigest hasher, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    hasher.update((bytes.length + ":").getBytes(StandardCharsets.US_ASCII));
    hasher.update(bytes);
  }
}
