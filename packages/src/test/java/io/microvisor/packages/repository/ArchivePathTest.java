package io.microvisor.packages.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ArchivePathTest {
  private static final URI ARCHIVE = URI.create("http://m.example/a+b~c/");

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '|',
      value = {
        "pool/g++_1%3a2~b+c_all.deb, pool/g%2b%2b_1%253a2%7eb%2bc_all.deb",
        "./pool/a:b.deb, pool/a:b.deb",
        "/pool/a.deb, /pool/a.deb",
        "pool//a.deb, pool//a.deb",
        "a b#c?d, a%20b%23c%3fd",
        "ü, %c3%bc",
        "http://evil.example/x, http://evil.example/x",
      })
  void encodesNamesAsAptDoesAndLeavesTheArchivesOwnAddressAlone(String path, String expected) {
    assertThat(ArchivePath.below(ARCHIVE, path)).hasToString(ARCHIVE + expected);
  }

  @Test
  void encodesControlCharacters() {
    assertThat(ArchivePath.below(ARCHIVE, "a\n\0b")).hasToString(ARCHIVE + "a%0a%00b");
  }

  @ParameterizedTest
  @ValueSource(strings = {"..", "../a", "a/../../b", "a/.."})
  void refusesWhatLeadsUp(String path) {
    assertThatThrownBy(() -> ArchivePath.below(ARCHIVE, path))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected: one below");
  }
}
