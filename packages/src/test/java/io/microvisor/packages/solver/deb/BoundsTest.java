package io.microvisor.packages.solver.deb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.microvisor.bytes.FormatException;
import io.microvisor.packages.deb.DebPackage;
import io.microvisor.packages.solver.Bounds;
import io.microvisor.packages.solver.Pick;
import io.microvisor.packages.solver.Resolution;
import io.microvisor.packages.solver.Solver;
import io.microvisor.packages.solver.Wish;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Archives made to be hard: they are answered, or given up within the bounds. The time limits are far above what is
/// needed, far below what a search without bounds would take.
@Timeout(120)
final class BoundsTest {
  private static final DebPolicy AMD64 = DebPolicy.of("amd64");

  @Test
  void pigeonsAndHolesAreGivenUpWithinBothBounds() throws FormatException {
    Bounds bounds = new Bounds(3_000_000, 100_000_000);
    assertThat(gaveUp(solve(pigeons(14), "pigeons", bounds)).steps())
        .isBetween(bounds.steps(), bounds.steps() * 11 / 10);
    Bounds small = new Bounds(Long.MAX_VALUE, 100_000);
    assertThat(gaveUp(solve(pigeons(14), "pigeons", small)).cells())
        .isBetween(small.cells(), small.cells() * 11 / 10);
  }

  @Test
  void fewPigeonsAreProvenNotToFit() throws FormatException {
    assertThat(solve(pigeons(5), "pigeons", Bounds.DEFAULT))
        .isInstanceOf(Resolution.Unsolvable.class);
  }

  @Test
  void givingUpHappensAtTheSamePointEachTime() throws FormatException {
    Bounds bounds = new Bounds(500_000, 500_000);
    assertThat(solve(pigeons(12), "pigeons", bounds))
        .isEqualTo(solve(pigeons(12), "pigeons", bounds));
  }

  @Test
  void aChainOfAHundredThousandIsFollowed() throws FormatException {
    int length = 100_000;
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < length; i++) {
      lines.add("c%d 1; Depends: c%d".formatted(i, i + 1));
    }
    lines.add("c%d 1".formatted(length));
    assertThat(picks(solve(lines, "c0", Bounds.DEFAULT))).hasSize(length + 1);
    lines.removeLast();
    assertThat(solve(lines, "c0", Bounds.DEFAULT)).isInstanceOf(Resolution.Unsolvable.class);
  }

  @Test
  void aChainOfAThousandThatEndsNowhereIsTold() throws FormatException {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      lines.add("c%d 1; Depends: c%d".formatted(i, i + 1));
    }
    assertThat(solve(lines, "c0", Bounds.DEFAULT))
        .extracting(resolution ->
            resolution instanceof Resolution.Unsolvable<DebPackage> unsolvable
                ? unsolvable.chain().size()
                : 0)
        .isEqualTo(1000);
  }

  @Test
  void deepAlternativesOfWhichOnlyTheLastFitsAreFound() throws FormatException {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 2000; i++) {
      lines.add("n%d 1; Depends: bad%d | n%d".formatted(i, i, i + 1));
      lines.add("bad%d 1; Depends: gone".formatted(i));
    }
    lines.add("n2000 1");
    assertThat(picks(solve(lines, "n0", Bounds.DEFAULT))).hasSize(2001);
  }

  @Test
  void ofFiveThousandVersionsTheOnlyOneThatFitsIsFound() throws FormatException {
    int versions = 5_000;
    List<String> lines = new ArrayList<>();
    for (int i = 1; i <= versions; i++) {
      lines.add("x %d%s".formatted(i, i == 1 ? "" : "; Depends: y (>= 2)"));
    }
    lines.add("y 1");
    assertThat(picks(solve(lines, "x", Bounds.DEFAULT))).containsExactly("x 1");
  }

  @Test
  void aHundredThousandVersionsOfWhichNoneFitsAreAnsweredOrGivenUp() throws FormatException {
    List<String> lines = new ArrayList<>();
    for (int i = 1; i <= 100_000; i++) {
      lines.add("x %d; Depends: y".formatted(i));
    }
    lines.add("y 1; Depends: z");
    lines.add("z 1; Conflicts: x");
    assertThat(solve(lines, "x", new Bounds(20_000_000, 4_000_000)))
        .isInstanceOfAny(Resolution.GaveUp.class, Resolution.Unsolvable.class);
  }

  @Test
  void tenThousandProvidersThatExcludeEachOther() throws FormatException {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      lines.add("p%d 1; Provides: v; Conflicts: v; Depends: v".formatted(i));
    }
    lines.add("app 1; Depends: v");
    assertThat(picks(solve(lines, "app", Bounds.DEFAULT))).hasSize(2);
    lines.add("other 1; Conflicts: v");
    assertThat(
            Solver.solve(
                DebUniverse.of(TinyArchive.of(String.join("\n", lines)), AMD64),
                List.of(Wish.of("app"), Wish.of("other")),
                new Bounds(20_000_000, 4_000_000)))
        .isInstanceOfAny(Resolution.GaveUp.class, Resolution.Unsolvable.class);
  }

  @Test
  void boundsMustBePositive() {
    assertThatThrownBy(() -> new Bounds(0, 1))
        .hasMessage("bounds: 0 steps and 1 cells (expected: more than 0)");
  }

  /// One pigeon more than there are holes.
  private static List<String> pigeons(int count) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "pigeons 1; Depends: "
            + IntStream.range(0, count).mapToObj(p -> "p" + p).collect(Collectors.joining(", ")));
    for (int p = 0; p < count; p++) {
      int pigeon = p;
      lines.add(
          "p%d 1; Depends: ".formatted(p)
              + IntStream.range(0, count - 1)
                  .mapToObj(hole -> "in%dh%d".formatted(pigeon, hole))
                  .collect(Collectors.joining(" | ")));
      for (int hole = 0; hole < count - 1; hole++) {
        lines.add("in%dh%d 1; Provides: h%d; Conflicts: h%d".formatted(pigeon, hole, hole, hole));
      }
    }
    return lines;
  }

  private static Resolution<DebPackage> solve(List<String> lines, String wish, Bounds bounds)
      throws FormatException {
    return Solver.solve(
        DebUniverse.of(TinyArchive.of(String.join("\n", lines)), AMD64),
        List.of(Wish.of(wish)),
        bounds);
  }

  private static Resolution.GaveUp<DebPackage> gaveUp(Resolution<DebPackage> resolution) {
    assertThat(resolution).isInstanceOf(Resolution.GaveUp.class);
    return (Resolution.GaveUp<DebPackage>) resolution;
  }

  private static List<String> picks(Resolution<DebPackage> resolution) {
    assertThat(resolution).isInstanceOf(Resolution.Solved.class);
    return ((Resolution.Solved<DebPackage>) resolution)
        .picks().stream().map(Pick::toString).toList();
  }
}
