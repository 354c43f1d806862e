package io.microvisor.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The launcher makes Java begin sooner, and never makes a command fail by it.
final class StartCacheTest {
  private static final String VERSION = "emt 0.1.0\n";

  @TempDir private static Path shared = Path.of("");

  @TempDir private Path folder = Path.of("");

  @BeforeAll
  static void installAndStartOnce() throws IOException, InterruptedException {
    Checkout.in(shared.resolve("checkout"));
    Path cache = shared.resolve("cache");
    assertThat(said(cache, "--version")).isEqualTo(VERSION);
    waitForMaker(cache);
  }

  @Test
  void firstCommandHasAStartCacheMade() throws IOException, InterruptedException {
    Path file = startCache(shared.resolve("cache"));

    assertThat(Files.size(file)).isGreaterThan(1 << 20);
    assertThat(files(file.resolveSibling(""))).noneMatch(each -> each.toString().contains(".part"));
    assertThat(said(shared.resolve("cache"), "--version")).isEqualTo(VERSION);
  }

  @Test
  void aBuildThatCannotBeRunForTrainingHasNoBetterOneMade()
      throws IOException, InterruptedException {
    Path cache = copyOfCache();
    Path file = startCache(cache);

    said(cache, "build", "--help");
    waitForMaker(cache);
    assertThat(startCache(cache)).isEqualTo(file);
  }

  @Test
  void damagedOneIsPassedOverAndDropped() throws IOException, InterruptedException {
    Path cache = copyOfCache();
    Path file = startCache(cache);
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
      byte[] garbage = new byte[1 << 16];
      Arrays.fill(garbage, (byte) 0x55);
      bytes.seek(bytes.length() / 2);
      bytes.write(garbage);
    }

    assertThat(said(cache, "--version")).isEqualTo(VERSION);
    assertThat(file).doesNotExist();
  }

  @Test
  void truncatedOneIsPassedOverAndDropped() throws IOException, InterruptedException {
    Path cache = copyOfCache();
    Path file = startCache(cache);
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
      bytes.setLength(bytes.length() / 3);
    }

    assertThat(said(cache, "--version")).isEqualTo(VERSION);
    assertThat(file).doesNotExist();
  }

  @Test
  void oneOfOtherJarsIsPassedOverAndDropped() throws IOException, InterruptedException {
    Path checkout = folder.resolve("checkout");
    Checkout.in(checkout);
    Path cache = folder.resolve("cache");
    assertThat(said(checkout, cache, "--version")).isEqualTo(VERSION);
    waitForMaker(cache);
    Path file = startCache(cache);
    Files.copy(startCache(shared.resolve("cache")), file, StandardCopyOption.REPLACE_EXISTING);

    assertThat(said(checkout, cache, "--version")).isEqualTo(VERSION);
    assertThat(file).doesNotExist();
  }

  @Test
  void placeThatCannotBeWrittenIsNoError() throws IOException, InterruptedException {
    Path file = Files.writeString(folder.resolve("file"), "no folder");

    assertThat(said(file.resolve("cache"), "--version")).isEqualTo(VERSION);
    assertThat(said(Path.of("/proc/emt"), "--version")).isEqualTo(VERSION);
  }

  @Test
  void whoeverReadsFromACommandDoesNotWaitForOne() throws Exception {
    Path cache = folder.resolve("cache");

    assertThat(shell("EMT_CACHE='" + cache + "' ./emt --version | cat")).isEqualTo(VERSION);
    assertThat(files(cache.resolve("start")))
        .as("still being made")
        .noneMatch(each -> each.toString().endsWith(".aot"));
    waitForMaker(cache);
    assertThat(startCache(cache)).isNotEmptyFile();
  }

  @Test
  void nothingIsMadeWhereThereIsNoPlaceForIt() throws Exception {
    String alone = "env -i PATH=\"$PATH\" JAVA_HOME=\"$JAVA_HOME\" ";
    Path absent = folder.resolve("nobody");

    assertThat(shell(alone + "HOME='" + absent + "' ./emt --version")).isEqualTo(VERSION);
    assertThat(shell(alone + "XDG_CACHE_HOME=relative ./emt --version")).isEqualTo(VERSION);
    assertThat(absent).doesNotExist();
    assertThat(shared.resolve("checkout/relative")).doesNotExist();
    Path inUse = Files.createDirectories(folder.resolve("in-use/Documents")).resolveSibling("");
    assertThat(shell("EMT_CACHE='" + inUse + "' ./emt --version")).isEqualTo(VERSION);
    assertThat(files(inUse)).hasSize(1);
    shell("EMT_CACHE='" + absent + "' ./emt cache info");
    assertThat(absent).doesNotExist();
  }

  private static String shell(String command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder("bash", "-c", command)
            .directory(shared.resolve("checkout").toFile())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).isZero();
    return said;
  }

  @Test
  void placeThatOthersCanWriteToIsNotUsed() throws IOException, InterruptedException {
    Path cache = copyOfCache();
    Path start = cache.resolve("start");
    Files.setPosixFilePermissions(start, PosixFilePermissions.fromString("rwxrwxrwx"));
    List<Path> before = files(start);

    assertThat(said(cache, "--version")).isEqualTo(VERSION);
    assertThat(files(start)).as("no lock of a maker").isEqualTo(before);
  }

  private Path copyOfCache() throws IOException {
    Path file = startCache(shared.resolve("cache"));
    Path cache = folder.resolve("cache");
    Files.createDirectories(cache.resolve("start"));
    Files.copy(file, cache.resolve("start").resolve(String.valueOf(file.getFileName())));
    return cache;
  }

  private static Path startCache(Path cache) throws IOException {
    List<Path> found =
        files(cache.resolve("start")).stream().filter(f -> f.toString().endsWith(".aot")).toList();
    assertThat(found).hasSize(1);
    return found.getFirst();
  }

  private static List<Path> files(Path directory) throws IOException {
    try (Stream<Path> list = Files.list(directory)) {
      return list.sorted().toList();
    }
  }

  private static String said(Path cache, String... arguments)
      throws IOException, InterruptedException {
    return said(shared.resolve("checkout"), cache, arguments);
  }

  /// What a command says on both channels.
  private static String said(Path checkout, Path cache, String... arguments)
      throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(
            Stream.concat(Stream.of(checkout.resolve("emt").toString()), Stream.of(arguments))
                .toList());
    builder.redirectErrorStream(true);
    builder.environment().remove("EMT_JAVA_OPTIONS");
    builder.environment().put("EMT_CACHE", cache.toString());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    Process process = builder.start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    return said;
  }

  /// The maker of start caches holds a lock for as long as it works.
  private static void waitForMaker(Path cache) throws IOException, InterruptedException {
    Path lock = cache.resolve("start/making");
    Process waiting = new ProcessBuilder("flock", lock.toString(), "true").inheritIO().start();
    assertThat(waiting.waitFor()).isZero();
  }
}
