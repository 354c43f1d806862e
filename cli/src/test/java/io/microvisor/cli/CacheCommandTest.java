package io.microvisor.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.bytes.Digest;
import io.microvisor.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
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
  void infoTellsOfTheCacheThatIsSharedAndKeepsItsLoginSecret() {
    TestTerminal terminal =
        new TestTerminal(folder)
            .with("EMT_REMOTE_CACHE", "https://ann:s3cret@cache.example/emt")
            .with("EMT_REMOTE_CACHE_MODE", "read-write");

    assertThat(terminal.run("cache", "info")).isZero();

    assertThat(terminal.out.toString())
        .endsWith("remote cache https://cache.example/emt (read-write)\n");
  }

  @Test
  void refusesARemoteCacheThatIsNoneOrAModeThatIsNone() {
    TestTerminal noAddress = new TestTerminal(folder).with("EMT_REMOTE_CACHE", "cache.example");
    assertThat(noAddress.run("cache", "info")).isEqualTo(ExitCode.USAGE.value());
    assertThat(noAddress.err.toString())
        .isEqualToIgnoringNewLines(
            "emt: EMT_REMOTE_CACHE=cache.example: no address (expected: such as https://HOST/emt)");

    TestTerminal noMode =
        new TestTerminal(folder)
            .with("EMT_REMOTE_CACHE", "http://cache.example")
            .with("EMT_REMOTE_CACHE_MODE", "write");
    assertThat(noMode.run("cache", "info")).isEqualTo(ExitCode.USAGE.value());
    assertThat(noMode.err.toString()).contains("\"write\" (expected: read or read-write)");
  }

  @Test
  void aCacheThatOthersCanWriteToIsRefusedWithTheFix() throws IOException {
    Files.setPosixFilePermissions(cache, PosixFilePermissions.fromString("rwxrwxrwx"));
    TestTerminal terminal = new TestTerminal(folder);

    assertThat(terminal.run("cache", "info")).isEqualTo(ExitCode.FAILED.value());

    assertThat(terminal.err.toString())
        .startsWith("emt: " + cache.toRealPath() + ": others can write to it, mode 0777")
        .endsWith("chmod 700 " + cache.toRealPath() + "\n");
    TestTerminal doctor = new TestTerminal(folder);
    doctor.run("doctor");
    assertThat(doctor.out.toString()).contains("MISSING", ": others can write to it");
  }

  @Test
  void withoutAHomeThereIsNoPlaceForACache() {
    TestTerminal terminal = new TestTerminal(folder).with("EMT_CACHE", "");

    assertThat(terminal.run("cache", "info")).isEqualTo(ExitCode.ENVIRONMENT.value());

    assertThat(terminal.err.toString()).contains("no place for it", "EMT_CACHE=");
    TestTerminal doctor = new TestTerminal(folder).with("EMT_CACHE", "");
    doctor.run("doctor");
    assertThat(doctor.out.toString()).contains("none of EMT_CACHE, XDG_CACHE_HOME and HOME");
  }

  @Test
  void countsAndPrunesTools() throws IOException {
    Path root = Files.createDirectories(cache.resolve("toolroots").resolve("0".repeat(64)));
    Files.write(root.resolve("qemu"), new byte[5000]);
    Files.setLastModifiedTime(root, FileTime.from(Instant.EPOCH.minusSeconds(40L * 86_400)));

    TestTerminal counted = new TestTerminal(folder);
    assertThat(counted.run("cache", "info")).isZero();
    assertThat(counted.out.toString()).containsPattern("tools to run +1 +4\\.9 KiB");

    TestTerminal pruned = new TestTerminal(folder);
    assertThat(pruned.run("cache", "prune")).isZero();
    assertThat(pruned.out.toString()).startsWith("removed 1 files, 4.9 KiB");
    assertThat(root).doesNotExist();
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
