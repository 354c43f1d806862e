package io.microvisor.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.Digest;
import io.microvisor.sandbox.SandboxSupport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Two real builds that are started together with a cache that has nothing yet, so that they wait for each other's
/// downloads and steps.
@Tag("system")
class PairOfBuildsTest {
  private static final String DISK = "minimal-0.1.raw";

  @TempDir Path folder;

  @BeforeEach
  void prepare() throws Exception {
    if (SandboxSupport.probe() instanceof SandboxSupport.Impossible impossible) {
      throw Absent.oracle("no sandbox: " + impossible.explanation());
    }
    try (Archive archive = Archive.open()) {
      archive.snapshots();
    }
    Files.writeString(
        folder.resolve("other.yaml"),
        """
        extends: minimal
        image: {name: other, version: "1"}
        systemConfig:
          packages: [nano]
        """);
    // What lies beside its lock is where a build takes its packages from; no archive is asked.
    succeeds(Emt.in(folder).run("lock", "minimal", "--vendor", "minimal.vendor"));
    succeeds(Emt.in(folder).run("lock", "other.yaml", "--vendor", "other.vendor"));
  }

  private static void succeeds(Emt.Ending ending) {
    assertThat(ending.exit()).as(ending.said()).isZero();
  }

  private Emt withCache(String name) throws IOException {
    return Emt.in(folder).with("EMT_CACHE", folder.resolve(name).toString());
  }

  private static String[] build(String template, String to) {
    return new String[] {"build", "--frozen", "--offline", template, "-o", to};
  }

  private Digest disk(String to) throws IOException {
    return Digest.sha256(ByteSource.of(folder.resolve(to).resolve(DISK)));
  }

  @Test
  void bothEndWellWhetherTheyMakeTheSameImageOrOthersAndWhenOneIsKilled() throws Exception {
    try (Emt.Running one = withCache("same").start(build("minimal", "one"));
        Emt.Running twin = withCache("same").start(build("minimal", "twin"))) {
      succeeds(one.ending());
      succeeds(twin.ending());
    }
    assertThat(disk("twin")).isEqualTo(disk("one"));

    try (Emt.Running one = withCache("others").start(build("minimal", "beside-other"));
        Emt.Running other = withCache("others").start(build("other.yaml", "other"))) {
      succeeds(one.ending());
      succeeds(other.ending());
    }
    assertThat(disk("beside-other")).isEqualTo(disk("one"));
    assertThat(folder.resolve("other/other-1.raw")).exists();

    try (Emt.Running killed = withCache("killed").start(build("other.yaml", "gone"));
        Emt.Running survivor = withCache("killed").start(build("minimal", "survivor"))) {
      while (downloads("killed") < 20
          && !survivor.process().waitFor(3, TimeUnit.MILLISECONDS)
          && killed.process().isAlive()) {
        // Both are on their way.
      }
      assertThat(killed.process().isAlive()).as(killed.saidSoFar()).isTrue();
      killed.process().destroyForcibly().waitFor();
      succeeds(survivor.ending());
    }
    assertThat(disk("survivor")).isEqualTo(disk("one"));
  }

  private long downloads(String cache) throws IOException {
    Path files = folder.resolve(cache).resolve("v1/files");
    if (!Files.isDirectory(files)) {
      return 0;
    }
    try (Stream<Path> all = Files.walk(files)) {
      return all.filter(Files::isRegularFile).count();
    }
  }
}
