package io.microvisor.cli.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.bytes.Digest;
import io.microvisor.cli.terminal.ExitCode;
import io.microvisor.cli.terminal.TestTerminal;
import io.microvisor.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
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
            .with("EMT_REMOTE_CACHE_MODE", "read-write")
            .with("EMT_REMOTE_CACHE_SIGNING_KEY", "a.key");
    String key = newKey("a.key");

    assertThat(terminal.run("cache", "info")).isZero();

    assertThat(terminal.out.toString())
        .endsWith("remote cache https://cache.example/emt (read-write, believing " + key + ")\n");
  }

  /// Makes a key and gives its public half.
  private String newKey(String file) {
    TestTerminal terminal = new TestTerminal(folder);
    assertThat(terminal.run("cache", "key", "--new", file)).isZero();
    return terminal.out.toString().strip();
  }

  @Test
  void aKeyIsMadeOnceAndReadableByItsOwnerAlone() throws IOException {
    String key = newKey("a.key");
    Path file = folder.resolve("a.key");

    assertThat(key).matches("ed25519:[A-Za-z0-9+/]{43}=");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    TestTerminal shown = new TestTerminal(folder);
    assertThat(shown.run("cache", "key", "a.key")).isZero();
    assertThat(shown.out.toString().strip()).isEqualTo(key);

    String before = Files.readString(file);
    TestTerminal again = new TestTerminal(folder);
    assertThat(again.run("cache", "key", "--new", "a.key")).isEqualTo(ExitCode.FAILED.value());
    assertThat(again.err.toString()).contains("a.key: already exists");
    assertThat(file).hasContent(before);
    assertThat(newKey("b.key")).isNotEqualTo(key);
  }

  @Test
  void aKeyThatOthersMayReadIsRefusedAndWhatIsInAFileIsNeverPrinted() throws IOException {
    newKey("a.key");
    Path file = folder.resolve("a.key");
    String secret = Files.readString(file).lines().toList().get(1);
    for (String mode : List.of("rw-r-----", "rw----r--", "rw--w----")) {
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
      TestTerminal open = new TestTerminal(folder);
      assertThat(open.run("cache", "key", "a.key")).isEqualTo(ExitCode.FAILED.value());
      assertThat(open.err.toString()).contains("mode " + mode + " (expected: rw-------");
    }
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    for (String damaged :
        List.of(
            Files.readString(file).replace("PUBLIC", "OTHER"),
            Files.readString(file).replace(secret, secret.substring(4)),
            Files.readString(file).replace(secret, secret.replaceFirst("...$", "AAA")))) {
      Files.writeString(file, damaged);
      TestTerminal terminal = new TestTerminal(folder);
      assertThat(terminal.run("cache", "key", "a.key")).isEqualTo(ExitCode.FAILED.value());
      assertThat(terminal.err.toString())
          .contains("signing key: ")
          .doesNotContain(secret.substring(8, secret.length() - 8));
    }
  }

  @Test
  void aKeyIsNotKeptInTheCache() {
    TestTerminal terminal = new TestTerminal(folder);

    assertThat(terminal.run("cache", "key", "--new", "cache/../cache/a.key"))
        .isEqualTo(ExitCode.USAGE.value());

    assertThat(terminal.err.toString()).contains("a.key: in the cache");
    assertThat(cache.resolve("a.key")).doesNotExist();
  }

  @Test
  void aRemoteCacheNeedsAKeyOrAWordThatItIsNotSafe() {
    String key = newKey("a.key");
    String noKey = "no key to check its entries by (expected: --remote-cache-key";
    assertThat(info("https://cache.example")).contains(noKey);
    assertThat(info("http://localhost:80")).contains(noKey);
    assertThat(info("https://cache.example", "KEY", key)).contains("(read, believing " + key + ")");
    assertThat(info("https://cache.example", "KEY", "ed25519:AAAA"))
        .contains("KEY: \"ed25519:AAAA\"");
    assertThat(info("https://cache.example", "INSECURE", "true"))
        .contains("(read, believing anyone)");
    assertThat(info("https://cache.example", "KEY", key, "MODE", "read-write"))
        .contains("no key to sign with (expected: --remote-cache-signing-key");
  }

  @Test
  void plainHttpIsForThisMachineOrForThoseWhoSaySo() {
    String key = newKey("a.key");
    for (String there : List.of("localhost", "127.0.0.1:8080", "127.1.2.3", "[::1]:80")) {
      assertThat(info("http://" + there, "KEY", key)).contains("believing " + key);
    }
    for (String elsewhere :
        List.of("cache.example", "10.0.0.1", "127.0.0.1.example", "localhost.example", "[::2]")) {
      assertThat(info("http://" + elsewhere, "KEY", key)).contains("plain http to ");
      assertThat(info("HTTP://" + elsewhere, "KEY", key)).contains("plain http to ");
      assertThat(info("http://" + elsewhere, "KEY", key, "INSECURE", "true"))
          .contains("believing " + key);
    }
  }

  /// What is said of a remote cache with these settings.
  private String info(String address, String... settings) {
    TestTerminal terminal = new TestTerminal(folder).with("EMT_REMOTE_CACHE", address);
    for (int i = 0; i < settings.length; i += 2) {
      terminal.with("EMT_REMOTE_CACHE_" + settings[i], settings[i + 1]);
    }
    int code = terminal.run("cache", "info");
    assertThat(code).isIn(ExitCode.OK.value(), ExitCode.USAGE.value());
    return code == 0 ? terminal.out.toString() : terminal.err.toString();
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
            .with("EMT_REMOTE_CACHE", "https://cache.example")
            .with("EMT_REMOTE_CACHE_INSECURE", "true")
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
