package io.microvisor.formats.tree;

import java.util.Arrays;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/// Extended attributes by full name (`security.capability`, `user.mime_type`); immutable, in order of name.
public final class Attributes {
  /// No attributes.
  public static final Attributes NONE = new Attributes(new TreeMap<>());

  private final SortedMap<String, byte[]> values;

  private Attributes(SortedMap<String, byte[]> values) {
    this.values = values;
  }

  /// One attribute more, or another value for one that is there.
  public Attributes with(String name, byte[] value) {
    SortedMap<String, byte[]> copy = new TreeMap<>(values);
    copy.put(name, value.clone());
    return new Attributes(copy);
  }

  /// These attributes without the one called `name`.
  public Attributes without(String name) {
    SortedMap<String, byte[]> copy = new TreeMap<>(values);
    copy.remove(name);
    return copy.isEmpty() ? NONE : new Attributes(copy);
  }

  /// Whether there are none.
  public boolean isEmpty() {
    return values.isEmpty();
  }

  /// How many there are.
  public int size() {
    return values.size();
  }

  /// The names, in order.
  public Iterable<String> names() {
    return Collections.unmodifiableSet(values.keySet());
  }

  /// Calls `each` with every name and a copy of its value, in order of name.
  public void forEach(BiConsumer<String, byte[]> each) {
    values.forEach((name, value) -> each.accept(name, value.clone()));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Attributes that
        && values.size() == that.values.size()
        && values.entrySet().stream()
            .allMatch(e -> Arrays.equals(e.getValue(), that.values.get(e.getKey())));
  }

  @Override
  public int hashCode() {
    return values.keySet().hashCode();
  }

  @Override
  public String toString() {
    return values.keySet().toString();
  }
}
