package io.microvisor.compose.template;

import io.microvisor.compose.problem.Place;

/// A package a template asks for.
///
/// @param text as written
/// @param name the name, or a pattern in the manner of shells (`*`, `?`, `[...]`)
/// @param version which version will do
/// @param place where it was asked for
public record PackageWish(String text, String name, Version version, Place place) {
  /// Which version will do.
  public sealed interface Version {
    /// Any; the newest.
    record Any() implements Version {}

    /// This one, spelt as the distribution does.
    record Exactly(String version) implements Version {}
  }

  static PackageWish of(String text, Place place) {
    int equals = text.indexOf('=');
    return equals < 0
        ? new PackageWish(text, text, new Version.Any(), place)
        : new PackageWish(
            text,
            text.substring(0, equals),
            new Version.Exactly(text.substring(equals + 1)),
            place);
  }

  /// Whether the name is a pattern that may stand for several packages.
  public boolean pattern() {
    return name.indexOf('*') >= 0 || name.indexOf('?') >= 0 || name.indexOf('[') >= 0;
  }
}
