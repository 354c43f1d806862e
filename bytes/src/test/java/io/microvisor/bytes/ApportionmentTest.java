package io.microvisor.bytes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

final class ApportionmentTest {
  @Test
  void givesEachRangeItsPartOfThePiecesItTouches() {
    Apportionment pieces = new Apportionment().add(100, 10).add(100, 50).add(10, 0);

    assertThat(pieces.share(0, 100)).isEqualTo(10);
    assertThat(pieces.share(50, 100)).isEqualTo(5 + 25);
    assertThat(pieces.share(200, 10)).isZero();
    assertThat(pieces.share(205, 1000)).isZero();
    assertThat(pieces.decodedSize()).isEqualTo(210);
    assertThat(pieces.storedSize()).isEqualTo(60);
  }

  @Test
  void hasNothingToGiveWithoutPieces() {
    assertThat(new Apportionment().share(0, 5)).isZero();
  }

  @Property
  void sharesOfRangesThatCoverEverythingAddUp(
      @ForAll @Size(min = 1, max = 40) List<@IntRange(min = 1, max = 5000) Integer> pieces,
      @ForAll @IntRange(min = 1, max = 700) int step) {
    Apportionment all = new Apportionment();
    pieces.forEach(size -> all.add(size, size / 3));
    long sum = 0;
    for (long at = 0; at < all.decodedSize(); at += step) {
      long share = all.share(at, step);
      assertThat(share).isNotNegative();
      sum += share;
    }

    assertThat(sum).isEqualTo(all.storedSize());
  }

  @Test
  void refusesAPieceThatStandsForNothing() {
    assertThatThrownBy(() -> new Apportionment().add(0, 1))
        .hasMessage("piece: 1 bytes for 0 (expected: >= 0 for >= 1)");
  }
}
