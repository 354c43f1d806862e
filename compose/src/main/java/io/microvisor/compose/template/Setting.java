package io.microvisor.compose.template;

import io.microvisor.compose.problem.Place;

/// What a template says of one property, or that it says nothing: then what is there already stays as it is, and what is
/// new gets the default.
public sealed interface Setting<T> {
  /// The template says this.
  ///
  /// @param place where
  record Stated<T>(T value, Place place) implements Setting<T> {}

  /// The template says nothing.
  record Unstated<T>() implements Setting<T> {}

  /// What the template says, else `otherwise`.
  default T or(T otherwise) {
    return switch (this) {
      case Stated<T> stated -> stated.value();
      case Unstated<T> _ -> otherwise;
    };
  }

  /// Where the template says it, else `otherwise`.
  default Place placeOr(Place otherwise) {
    return switch (this) {
      case Stated<T> stated -> stated.place();
      case Unstated<T> _ -> otherwise;
    };
  }
}
