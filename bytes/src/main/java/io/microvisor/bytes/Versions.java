package io.microvisor.bytes;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// The versions of all code that a result depends on: of the part that makes it, and of those it builds upon. Results of one
/// version are never taken for those of another.
///
/// A part that others build upon declares its own as a constant, next to the code, and names those that it builds upon itself:
/// whoever changes what a part makes from the same inputs raises its number, and all results that depend on it are made
/// again.
///
/// @param byPart a version by the name of a part
public record Versions(SortedMap<String, String> byPart) {
  public Versions {
    byPart = Collections.unmodifiableSortedMap(new TreeMap<>(byPart));
  }

  /// The version of a part, and of what it builds upon.
  ///
  /// @param part a name that no other part has
  /// @param version raised by hand
  /// @throws IllegalArgumentException if two of `upon` have another version of the same part
  public static Versions of(String part, int version, Versions... upon) {
    SortedMap<String, String> all = new TreeMap<>();
    add(all, part, Integer.toString(version));
    for (Versions each : upon) {
      each.byPart.forEach((name, found) -> add(all, name, found));
    }
    return new Versions(all);
  }

  /// The version of a library whose output is not the same in all versions, such as a compressor.
  public static Versions ofLibrary(String name, String version) {
    return new Versions(new TreeMap<>(Collections.singletonMap(name, version)));
  }

  private static void add(SortedMap<String, String> all, String part, String version) {
    String before = all.putIfAbsent(part, version);
    if (before != null && !before.equals(version)) {
      throw new IllegalArgumentException(
          "versions: " + part + " is both " + before + " and " + version + " (expected: one)");
    }
  }

  /// `erofs 1, zstd 1.5.7`.
  @Override
  public String toString() {
    return byPart.entrySet().stream()
        .map(each -> each.getKey() + " " + each.getValue())
        .collect(Collectors.joining(", "));
  }
}
