package io.microvisor.packages.deb;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GlobTest {
  @ParameterizedTest
  @CsvSource({
    "nginx, nginx, true",
    "nginx, nginx-core, false",
    "nginx*, nginx-core, true",
    "lib?, liba, true",
    "lib?, lib, false",
    "lib[abc]1, libb1, true",
    "lib[a-c]1, libb1, true",
    "lib[a-c]1, libd1, false",
    "lib[!a-c]1, libd1, true",
    "lib[!a-c]1, liba1, false",
    "lib[z-a]1, libm1, false",
    "lib[, lib[, true",
    "g++*, g++-14, true",
    "a.b, axb, false",
    "1.26*, 1.26.3-1, true",
    "[]x], ], true",
    "[^a], b, true",
    "[a&&b], &, true",
    "\\E.*\\Q, x, false",
  })
  void matchesAsTheShellDoes(String glob, String text, boolean matches) {
    assertThat(Glob.of(glob).matches(text)).isEqualTo(matches);
  }
}
