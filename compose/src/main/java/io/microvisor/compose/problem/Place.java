package io.microvisor.compose.problem;

import java.util.Comparator;

/// Where in a template something was said.
///
/// @param file the file, as the user would name it
/// @param line the line, from 1
/// @param column the column, in Unicode code points from 1
public record Place(String file, int line, int column) implements Comparable<Place> {
  private static final Comparator<Place> ORDER =
      Comparator.comparing(Place::file)
          .thenComparingInt(Place::line)
          .thenComparingInt(Place::column);

  /// The beginning of a file.
  public static Place startOf(String file) {
    return new Place(file, 1, 1);
  }

  @Override
  public int compareTo(Place other) {
    return ORDER.compare(this, other);
  }

  /// `edge.yaml:14:7`.
  @Override
  public String toString() {
    return file + ":" + line + ":" + column;
  }
}
