package io.microvisor.compose.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

final class TreemapTest {
  @Test
  void laysOutAsItsAuthorsDo() {
    // The example of Bruls, Huizing and van Wijk: 6, 6, 4, 3, 2, 2, 1 in 6 by 4.
    List<Treemap.Rect> rects =
        Treemap.squarify(List.of(6.0, 6.0, 4.0, 3.0, 2.0, 2.0, 1.0), new Treemap.Rect(0, 0, 6, 4));

    assertThat(rects.get(0)).isEqualTo(new Treemap.Rect(0, 0, 3, 2));
    assertThat(rects.get(1)).isEqualTo(new Treemap.Rect(0, 2, 3, 2));
    assertThat(rects.get(2).width()).isCloseTo(12.0 / 7, within(1e-9));
    assertThat(rects.get(3).width()).isCloseTo(9.0 / 7, within(1e-9));
    assertThat(rects.get(4).area()).isCloseTo(2, within(1e-9));
  }

  @Property(tries = 200)
  void rectanglesFillTheWholeAndDoNotOverlap(
      @ForAll @Size(min = 1, max = 30) List<@IntRange(min = 1, max = 1000) Integer> sizes) {
    List<Integer> sorted = sizes.stream().sorted((a, b) -> b - a).toList();
    double sum = sorted.stream().mapToInt(i -> i).sum();
    List<Double> areas = sorted.stream().map(i -> 600 * 400 * i / sum).toList();
    List<Treemap.Rect> rects = Treemap.squarify(areas, new Treemap.Rect(0, 0, 600, 400));

    for (int i = 0; i < rects.size(); i++) {
      Treemap.Rect a = rects.get(i);
      assertThat(a.area()).isCloseTo(areas.get(i), within(1e-3));
      assertThat(a.x()).isNotNegative();
      assertThat(a.y()).isNotNegative();
      assertThat(a.x() + a.width()).isLessThan(600 + 1e-6);
      assertThat(a.y() + a.height()).isLessThan(400 + 1e-6);
      for (Treemap.Rect b : rects.subList(i + 1, rects.size())) {
        double wide = Math.min(a.x() + a.width(), b.x() + b.width()) - Math.max(a.x(), b.x());
        double high = Math.min(a.y() + a.height(), b.y() + b.height()) - Math.max(a.y(), b.y());
        assertThat(Math.min(wide, high)).isLessThan(1e-6);
      }
    }
  }

  @Test
  void putsPartsIntoTheFrameOfTheirWhole() {
    List<SizeTree> small = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      small.add(SizeTree.leaf("s" + i, SizeTree.Kind.FILE, 1, 1));
    }
    SizeTree inner =
        SizeTree.of(
            "inner",
            SizeTree.Kind.FOLDER,
            List.of(
                SizeTree.leaf("a", SizeTree.Kind.FILE, 600_000, 0),
                SizeTree.leaf("b", SizeTree.Kind.FILE, 400_000, 0)));
    small.add(inner);
    small.add(SizeTree.leaf("nothing", SizeTree.Kind.FILE, 0, 0));
    Treemap map = Treemap.of(SizeTree.of("all", SizeTree.Kind.IMAGE, small), 800, 600);

    assertThat(map.cells().stream().map(cell -> cell.part().name()))
        .containsExactly("all", "inner", "a", "b", "s0");
    assertThat(map.cells().getLast().others()).isEqualTo(50);
    assertThat(map.cells().get(1).isFrame()).isTrue();
    Treemap.Rect frame = map.cells().get(1).rect();
    Treemap.Rect a = map.cells().get(2).rect();
    assertThat(a.y()).isEqualTo(frame.y() + Treemap.HEADER);
    assertThat(a.area() / map.cells().get(3).rect().area()).isCloseTo(1.5, within(1e-6));
  }

  @Test
  void drawsNothingOfNothing() {
    assertThat(Treemap.of(SizeTree.leaf("x", SizeTree.Kind.IMAGE, 0, 0), 10, 10).cells()).isEmpty();
  }
}
