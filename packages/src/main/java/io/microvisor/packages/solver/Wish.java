package io.microvisor.packages.solver;

/// Something somebody wants.
///
/// @param text in the universe's language, such as `nginx`, `nginx=1.26-1` or `linux-image-*`
/// @param place where it is written, such as `edge.yaml:9:5`; empty when nowhere in particular
public record Wish(String text, String place) {
  /// A wish written nowhere in particular.
  public static Wish of(String text) {
    return new Wish(text, "");
  }

  /// The wish with its place.
  @Override
  public String toString() {
    return place.isEmpty() ? text : text + " (" + place + ")";
  }
}
