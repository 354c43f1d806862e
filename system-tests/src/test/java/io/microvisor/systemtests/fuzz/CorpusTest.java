package io.microvisor.systemtests.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.SortedMap;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Whatever fuzzing found, each reader still answers or refuses.
class CorpusTest {
  private static final Duration SOON = Duration.ofSeconds(60);

  @ParameterizedTest
  @EnumSource
  void everyInputIsReadOrRefused(FuzzTarget target) throws IOException {
    SortedMap<String, byte[]> inputs = Corpus.of(target).inputs();

    assertThat(inputs).isNotEmpty();
    Assertions.assertTimeoutPreemptively(
        SOON,
        () -> inputs.forEach((name, input) -> read(target, name, input)),
        target + " does not come to an end");
  }

  private static void read(FuzzTarget target, String name, byte[] input) {
    try {
      FuzzEntry.read(target, input);
    } catch (RuntimeException | Error e) {
      throw new AssertionError(target + " crashes on " + name, e);
    }
  }
}
