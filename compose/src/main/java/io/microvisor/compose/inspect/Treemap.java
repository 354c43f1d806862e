package io.microvisor.compose.inspect;

import java.util.ArrayList;
import java.util.List;

/// A picture of a [SizeTree]: rectangles within rectangles, each as large as its part's share. The layout is Bruls, Huizing
/// and van Wijk's "squarified treemap" (2000): of the ways to add one more rectangle to a row along the shorter side, the
/// row goes on as long as its worst rectangle gets no longer.
///
/// @param width of the whole, in the same unit as the cells
/// @param cells parents before children
record Treemap(double width, double height, List<Cell> cells) {
  /// What a frame leaves around its parts.
  private static final double MARGIN = 2;

  /// Room for a frame's name.
  static final double HEADER = 14;

  private static final double SMALLEST_FRAME = 26;
  private static final double SMALLEST_AREA = 16;

  /// A rectangle.
  record Rect(double x, double y, double width, double height) {
    double area() {
      return width * height;
    }
  }

  /// A part's rectangle.
  ///
  /// @param chain from the whole to the part itself
  /// @param isFrame whether cells of its parts lie within
  /// @param others how many small siblings of the part share the cell with it
  record Cell(List<SizeTree> chain, Rect rect, boolean isFrame, int others) {
    SizeTree part() {
      return chain.getLast();
    }
  }

  Treemap {
    cells = List.copyOf(cells);
  }

  /// The layout of a tree.
  static Treemap of(SizeTree tree, double width, double height) {
    List<Cell> cells = new ArrayList<>();
    if (tree.stored() > 0) {
      place(List.of(tree), new Rect(0, 0, width, height), 0, cells);
    }
    return new Treemap(width, height, cells);
  }

  private static void place(List<SizeTree> chain, Rect rect, int others, List<Cell> cells) {
    List<SizeTree> parts =
        chain.getLast().parts().stream().filter(part -> part.stored() > 0).toList();
    boolean frame =
        others == 0 && !parts.isEmpty() && Math.min(rect.width(), rect.height()) >= SMALLEST_FRAME;
    cells.add(new Cell(chain, rect, frame, others));
    if (!frame) {
      return;
    }
    Rect inner =
        new Rect(
            rect.x() + MARGIN,
            rect.y() + HEADER,
            rect.width() - 2 * MARGIN,
            rect.height() - HEADER - MARGIN);
    List<SizeTree> shown = shown(parts, inner);
    int hidden = parts.size() - shown.size();
    List<Double> areas = areas(parts, shown.size(), inner);
    List<Rect> rects = squarify(areas, inner);
    for (int i = 0; i < rects.size(); i++) {
      boolean rest = i == shown.size();
      List<SizeTree> longer = new ArrayList<>(chain);
      longer.add(rest ? parts.get(i) : shown.get(i));
      place(longer, rects.get(i), rest ? hidden : 0, cells);
    }
  }

  /// The parts that are large enough for a cell of their own.
  private static List<SizeTree> shown(List<SizeTree> parts, Rect within) {
    double scale = within.area() / sum(parts);
    List<SizeTree> large =
        parts.stream().filter(part -> part.stored() * scale >= SMALLEST_AREA).toList();
    return parts.size() - large.size() == 1 ? parts : large;
  }

  /// The areas of the shown parts, then, if there are others, of all others together.
  private static List<Double> areas(List<SizeTree> parts, int shown, Rect within) {
    double scale = within.area() / sum(parts);
    List<Double> areas = new ArrayList<>();
    parts.subList(0, shown).forEach(part -> areas.add(part.stored() * scale));
    if (shown < parts.size()) {
      areas.add(sum(parts.subList(shown, parts.size())) * scale);
    }
    return areas;
  }

  private static double sum(List<SizeTree> parts) {
    return parts.stream().mapToLong(SizeTree::stored).sum();
  }

  /// Rectangles of these areas, which fill the whole between them.
  static List<Rect> squarify(List<Double> areas, Rect whole) {
    List<Rect> placed = new ArrayList<>();
    Rect free = whole;
    int start = 0;
    while (start < areas.size()) {
      double side = Math.min(free.width(), free.height());
      int end = start + 1;
      while (end < areas.size()
          && worst(areas.subList(start, end + 1), side) <= worst(areas.subList(start, end), side)) {
        end++;
      }
      free = row(areas.subList(start, end), free, placed);
      start = end;
    }
    return placed;
  }

  /// The largest ratio of sides in a row of these areas along `side`.
  private static double worst(List<Double> row, double side) {
    double sum = row.stream().mapToDouble(Double::doubleValue).sum();
    double thickness = sum / side;
    double worst = 0;
    for (double area : row) {
      double length = area / thickness;
      worst = Math.max(worst, Math.max(length / thickness, thickness / length));
    }
    return worst;
  }

  /// Places a row along the shorter side.
  ///
  /// @return what is left
  private static Rect row(List<Double> row, Rect free, List<Rect> placed) {
    double sum = row.stream().mapToDouble(Double::doubleValue).sum();
    boolean upright = free.width() >= free.height();
    double thickness = sum / (upright ? free.height() : free.width());
    double at = upright ? free.y() : free.x();
    for (double area : row) {
      double length = area / thickness;
      placed.add(
          upright
              ? new Rect(free.x(), at, thickness, length)
              : new Rect(at, free.y(), length, thickness));
      at += length;
    }
    return upright
        ? new Rect(
            free.x() + thickness, free.y(), Math.max(0, free.width() - thickness), free.height())
        : new Rect(
            free.x(), free.y() + thickness, free.width(), Math.max(0, free.height() - thickness));
  }
}
