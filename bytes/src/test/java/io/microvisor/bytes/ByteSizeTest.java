package io.microvisor.bytes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteSizeTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "4096, 4096",
    "7B, 7",
    "1KiB, 1024",
    "512MiB, 536870912",
    "4 GiB, 4294967296",
    "2GB, 2000000000",
    "1k, 1024",
    "3m, 3145728",
    "1TiB, 1099511627776"
  })
  void readsWhatPeopleWrite(String text, long bytes) {
    assertThat(ByteSize.parse(text).bytes()).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "MiB", "-1", "1.5GiB", "12 parsecs", "9999999999999TiB", "1 2"})
  void refusesEverythingElse(String text) {
    assertThatThrownBy(() -> ByteSize.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected");
  }

  @ParameterizedTest
  @CsvSource({"0, 0 B", "1023, 1023 B", "1024, 1 KiB", "1536, 1.5 KiB", "536870912, 512 MiB"})
  void printsTheLargestFittingUnit(long bytes, String text) {
    assertThat(new ByteSize(bytes)).hasToString(text);
  }

  @Test
  void roundsUpToAnAlignment() {
    assertThat(new ByteSize(4097).alignUp(4096)).isEqualTo(new ByteSize(8192));
    assertThat(new ByteSize(8192).alignUp(4096)).isEqualTo(new ByteSize(8192));
  }
}
