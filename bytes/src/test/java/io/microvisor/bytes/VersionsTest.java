package io.microvisor.bytes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class VersionsTest {
  private static final Versions ZSTD = Versions.ofLibrary("zstd", "1.5.7");

  @Test
  void aPartHasTheVersionsOfAllItBuildsUpon() {
    Versions erofs = Versions.of("erofs", 2, ZSTD);

    assertThat(Versions.of("image", 7, erofs, ZSTD))
        .hasToString("erofs 2, image 7, zstd 1.5.7")
        .isNotEqualTo(Versions.of("image", 7, Versions.of("erofs", 3, ZSTD)))
        .isNotEqualTo(Versions.of("image", 7, Versions.of("erofs", 2)));
  }

  @Test
  void aPartHasOneVersion() {
    assertThatThrownBy(() -> Versions.of("a", 1, Versions.of("b", 1), Versions.of("b", 2)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("versions: b is both 1 and 2 (expected: one)");
  }
}
