package io.microvisor.compose.template;

import io.microvisor.compose.problem.Place;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// Which versions of which packages are preferred, as a record of apt_preferences(5).
///
/// @param packages names and patterns, or a single `*`
/// @param target which versions
/// @param priority never 0
public record PackagePin(List<String> packages, Target target, int priority, Place place) {
  public PackagePin {
    packages = List.copyOf(packages);
  }

  /// Which versions.
  public sealed interface Target {
    /// Those spelt like this pattern.
    record Version(String glob) implements Target {}

    /// Those from archives at hosts like this pattern.
    record Site(String glob) implements Target {}

    /// Those from archives whose Release file has these fields (`suite`, `origin`, `label`, `component`, `version`), each
    /// like a pattern.
    record Release(SortedMap<String, String> fields) implements Target {
      public Release {
        fields = Collections.unmodifiableSortedMap(new TreeMap<>(fields));
      }
    }
  }

  /// In one line for people, the same for the same meaning.
  public String text() {
    String what =
        switch (target) {
          case Target.Version(String glob) -> "version " + glob;
          case Target.Site(String glob) -> "site " + glob;
          case Target.Release(SortedMap<String, String> fields) -> "release " + fields;
        };
    return String.join(" ", packages) + " " + what + " priority " + priority;
  }
}
