package io.microvisor.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.Digest;
import io.microvisor.sandbox.SandboxSupport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A build years later: no network, no cache, no archive known; template, lock and the folder beside it are all there is.
@Tag("system")
class VendoredBuildTest {
  @TempDir Path folder;

  @Test
  void givesTheSameImageAsWithANetwork() throws Exception {
    if (SandboxSupport.probe() instanceof SandboxSupport.Impossible impossible) {
      throw Absent.oracle("no sandbox: " + impossible.explanation());
    }
    try (Archive archive = Archive.open()) {
      archive.snapshots();
    }
    Path now = Files.createDirectory(folder.resolve("now"));
    succeeds(Emt.in(now), "lock", "minimal", "--vendor", "minimal.vendor");
    succeeds(Emt.in(now), "build", "--frozen", "minimal", "-o", "out");

    Path later = Files.createDirectory(folder.resolve("later"));
    Files.move(now.resolve("minimal.vendor"), later.resolve("minimal.vendor"));
    Files.copy(now.resolve("minimal.lock"), later.resolve("minimal.lock"));
    Emt elsewhere =
        Emt.in(later)
            .with("EMT_CACHE", folder.resolve("cache").toString())
            .with("EMT_APT", Files.createDirectory(folder.resolve("apt")).toString());
    succeeds(elsewhere, "build", "--frozen", "--offline", "minimal", "-o", "out");

    for (String each : List.of("minimal-0.1.raw", "minimal-0.1.manifest.json")) {
      assertThat(Digest.sha256(ByteSource.of(later.resolve("out").resolve(each))))
          .as(each)
          .isEqualTo(Digest.sha256(ByteSource.of(now.resolve("out").resolve(each))));
    }
    assertThat(later.resolve("minimal.lock")).hasSameTextualContentAs(now.resolve("minimal.lock"));
  }

  private static void succeeds(Emt emt, String... command)
      throws IOException, InterruptedException {
    Emt.Ending ending = emt.run(command);
    assertThat(ending.exit()).as(ending.said()).isZero();
  }
}
