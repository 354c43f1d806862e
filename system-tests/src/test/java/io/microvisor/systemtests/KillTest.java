package io.microvisor.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.Digest;
import io.microvisor.sandbox.SandboxSupport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Builds that are killed, or cancelled, again and again, wherever they are: nothing of them stays but what they had
/// finished, and the one that is let alone in the end has the same bytes as one that never was.
@Tag("system")
class KillTest {
  private static final long SEED = 5;

  @TempDir Path folder;
  private Path cache;
  private Path out;
  private Path temporary;
  private Emt emt;

  /// A state of the world that a build passes through.
  @FunctionalInterface
  private interface Point {
    boolean isReached(Emt.Running running) throws IOException;
  }

  @BeforeEach
  void prepare() throws IOException, InterruptedException {
    if (SandboxSupport.probe() instanceof SandboxSupport.Impossible impossible) {
      throw Absent.oracle("no sandbox: " + impossible.explanation());
    }
    cache = folder.resolve("cache");
    out = folder.resolve("out");
    temporary = Files.createDirectory(folder.resolve("temporary"));
    emt = emt(cache, temporary);
  }

  private Emt emt(Path withCache, Path withTemporary) {
    return new Emt(
            folder,
            Map.of(
                "HOME", folder.toString(),
                "EMT_CACHE", withCache.toString(),
                "TMPDIR", withTemporary.toString()),
            List.of("-Djava.io.tmpdir=" + withTemporary, "-XX:-UsePerfData"),
            "022")
        // Whoever started the tests in the background had Ctrl-C ignored, and all they start with
        // them.
        .startedBy(List.of("env", "--default-signal=INT"), Emt.Installation.ofThisBuild());
  }

  private static String[] build(Path to) {
    return new String[] {
      "build", "minimal", "--mirror", Downloads.NOWHERE, "-o", String.valueOf(to.getFileName())
    };
  }

  @Test
  void whateverIsKilledOrCancelledTheNextBuildIsRight() throws Exception {
    Downloads downloads = Downloads.of("minimal", folder);
    downloads.fill(cache);
    Path undisturbed = folder.resolve("undisturbed");
    Path other = folder.resolve("other-cache");
    downloads.fill(other);
    String mounts = Files.readString(Path.of("/proc/self/mounts"));
    Random chance = new Random(SEED);
    List<Point> points =
        List.of(
            _ -> count("packs") > 5 + chance.nextInt(40),
            _ -> count("packs") > 60 + chance.nextInt(40),
            running -> says(running, "packages"),
            running -> says(running, "packages") && inSandbox(running),
            _ -> count("contents") > 5,
            running -> says(running, "configure"),
            running -> says(running, "modules"),
            running -> says(running, "root"),
            _ -> size("root.erofs") > (10 + chance.nextInt(30)) << 20,
            running -> says(running, "initrd files"),
            running -> says(running, "root image"),
            _ -> unfinished() > 0);
    int killed = 0;
    int cancelled = 0;
    for (int i = 0; i < points.size(); i++) {
      boolean kill = i % 2 == 0;
      try (Emt.Running running = emt.start(build(out))) {
        if (!await(points.get(i), running)) {
          continue; // It was faster than we looked.
        }
        List<ProcessHandle> started = running.process().descendants().toList();
        if (kill) {
          running.process().destroyForcibly();
          running.process().waitFor();
          killed++;
        } else {
          new ProcessBuilder("kill", "-INT", Long.toString(running.process().pid()))
              .start()
              .waitFor();
          Emt.Ending ending = running.ending();
          assertThat(ending.exit()).as("point %s: %s", i, ending.said()).isEqualTo(130);
          assertThat(ending.said()).as("point %s", i).endsWith("emt: cancelled\n");
          nothingIsOnItsWay();
          cancelled++;
        }
        for (ProcessHandle each : started) {
          each.onExit().get(30, TimeUnit.SECONDS);
        }
      }
      assertThat(Files.readString(Path.of("/proc/self/mounts"))).isEqualTo(mounts);
      assertThat(out.resolve("minimal-0.1.raw")).doesNotExist();
    }
    assertThat(killed).isGreaterThan(3);
    assertThat(cancelled).isGreaterThan(3);

    Emt.Ending last = emt.run(build(out));
    assertThat(last.exit()).as(last.said()).isZero();
    nothingIsOnItsWay();
    Emt.Ending reference = emt(other, temporary).run(build(undisturbed));
    assertThat(reference.exit()).as(reference.said()).isZero();
    assertThat(artifacts(out)).isEqualTo(artifacts(undisturbed)).hasSize(2);
  }

  /// Waits until a build is there, or has ended.
  private static boolean await(Point point, Emt.Running running)
      throws IOException, InterruptedException {
    while (!point.isReached(running)) {
      if (running.process().waitFor(3, TimeUnit.MILLISECONDS)) {
        assertThat(running.process().exitValue()).as(running.saidSoFar()).isZero();
        return false;
      }
    }
    return running.process().isAlive();
  }

  private static boolean says(Emt.Running running, String step) throws IOException {
    return running.saidSoFar().lines().anyMatch(line -> line.startsWith("  " + step + "  "));
  }

  private static boolean inSandbox(Emt.Running running) {
    return running.process().descendants().count() > 3;
  }

  private long count(String kind) throws IOException {
    return files(cache.resolve("v1").resolve(kind)).size();
  }

  private long size(String name) throws IOException {
    long size = 0;
    for (Path each : files(cache.resolve("v1/tmp"))) {
      if (each.endsWith(name)) {
        size = Files.size(each);
      }
    }
    return size;
  }

  private long unfinished() throws IOException {
    if (!Files.isDirectory(out)) {
      return 0;
    }
    try (Stream<Path> all = Files.list(out)) {
      return all.filter(file -> file.getFileName().toString().startsWith(".")).count();
    }
  }

  private static List<Path> files(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).toList();
    } catch (UncheckedIOException | NoSuchFileException _) {
      return List.of(); // It changes while we look.
    }
  }

  private void nothingIsOnItsWay() throws IOException {
    try (Stream<Path> left = Files.list(cache.resolve("v1/tmp"))) {
      assertThat(left).extracting(path -> path.getFileName().toString()).containsExactly("gate");
    }
    assertThat(unfinished()).isZero();
    assertThat(temporary).isEmptyDirectory();
  }

  private static SortedMap<String, Digest> artifacts(Path folder) throws IOException {
    SortedMap<String, Digest> digests = new TreeMap<>();
    for (Path file : files(folder)) {
      digests.put(String.valueOf(file.getFileName()), Digest.sha256(ByteSource.of(file)));
    }
    return digests;
  }
}
