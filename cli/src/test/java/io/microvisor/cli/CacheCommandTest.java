package io.microvisor.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.bytes.Digest;
import io.microvisor.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CacheCommandTest {
  private static final Digest KEY = Digest.sha256("key");

  @TempDir Path folder;
  private Path cache;

  @BeforeEach
  void fill() throws IOException {
    cache = folder.resolve("cache");
    try (Store store = Store.open(cache)) {
      store.actions().put(KEY, new byte[1000]);
    }
  }

  @Test
  void infoTellsWhereTheCacheIsAndWhatItHolds() {
    TestTerminal terminal = new TestTerminal(folder);

    assertThat(terminal.run("cache", "info")).isZero();

    assertThat(terminal.out.toString())
        .startsWith(cache.toString())
        .containsPattern("remembered results +1 +1\\.1 KiB")
        .containsPattern("together +1\\.1 KiB");
  }

  @Test
  void pruneRemovesWhatWasNotUsedForAsLong() throws IOException {
    // The clock of the tests stands at 1970-01-01.
    used(Instant.EPOCH.minusSeconds(20 * 86_400));

    TestTerminal kept = new TestTerminal(folder);
    assertThat(kept.run("cache", "prune")).isZero();
    assertThat(kept.out.toString()).isEqualToIgnoringNewLines("removed 0 files, 0 B");

    TestTerminal removed = new TestTerminal(folder);
    assertThat(removed.run("cache", "prune", "--unused-for", "2w")).isZero();
    assertThat(removed.out.toString()).startsWith("removed 1 files");
    try (Store store = Store.open(cache)) {
      assertThat(store.actions().find(KEY)).isEmpty();
    }
  }

  @Test
  void dryRunRemovesNothing() throws IOException {
    used(Instant.EPOCH);
    TestTerminal terminal = new TestTerminal(folder);

    assertThat(terminal.run("cache", "prune", "--all", "--dry-run", "--json")).isZero();

    assertThat(terminal.out.toString()).contains("\"removed\" : false");
    try (Store store = Store.open(cache)) {
      assertThat(store.actions().find(KEY)).isPresent();
    }
  }

  @Test
  void refusesATimeThatIsNone() {
    TestTerminal terminal = new TestTerminal(folder);

    assertThat(terminal.run("cache", "prune", "--unused-for", "soon"))
        .isEqualTo(ExitCode.USAGE.value());
    assertThat(terminal.err.toString()).contains("expected: days or weeks, such as 12d or 3w");
  }

  private void used(Instant when) throws IOException {
    try (Stream<Path> files = Files.walk(cache.resolve("v1/actions"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.setLastModifiedTime(file, FileTime.from(when));
      }
    }
  }
}
