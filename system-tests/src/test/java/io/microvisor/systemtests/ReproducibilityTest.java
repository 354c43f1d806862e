package io.microvisor.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.Digest;
import io.microvisor.sandbox.SandboxSupport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The same lock gives the same bytes, wherever and by whomever it is built.
class ReproducibilityTest {
  @TempDir Path folder;

  @Test
  void twoBuildsOfOneLockAreIdentical() throws IOException, InterruptedException {
    if (SandboxSupport.probe() instanceof SandboxSupport.Impossible impossible) {
      throw Absent.oracle("no sandbox: " + impossible.explanation());
    }
    Path one = Files.createDirectory(folder.resolve("one"));
    Path other = Files.createDirectories(folder.resolve("another place/deeper"));
    Downloads downloads = Downloads.of("minimal", one);
    Files.copy(one.resolve("minimal.lock"), other.resolve("minimal.lock"));
    Path firstCache = Files.createDirectory(folder.resolve("cache"));
    Path otherCache = Files.createDirectory(folder.resolve("cache-2"));
    downloads.fill(firstCache);
    downloads.fill(otherCache);
    Emt first =
        new Emt(
            one,
            Map.of(
                "HOME",
                one.toString(),
                "EMT_CACHE",
                firstCache.toString(),
                "TZ",
                "Pacific/Kiritimati",
                "LC_ALL",
                "C.UTF-8"),
            List.of("-Duser.language=ar", "-Duser.country=EG", "-XX:ActiveProcessorCount=1"),
            "077");
    Emt second =
        new Emt(
            other,
            Map.of(
                "HOME", "/nonexistent",
                "EMT_CACHE", otherCache.toString(),
                "TZ", "America/St_Johns",
                "LC_ALL", "C"),
            List.of("-Duser.language=tr", "-Duser.country=TR", "-XX:ActiveProcessorCount=3"),
            "002");
    if (OrdinaryUser.isPossible()) {
      // The other is not root: then this is also the proof that root is not needed.
      OrdinaryUser user = OrdinaryUser.in(folder);
      user.give(folder.resolve("another place"));
      user.give(otherCache);
      second = user.runs(second);
    }

    SortedMap<String, Digest> artifacts = build(first);
    SortedMap<String, Digest> again = build(second);

    assertThat(artifacts).containsKeys("minimal-0.1.raw", "minimal-0.1.manifest.json");
    assertThat(again).isEqualTo(artifacts);
  }

  private static SortedMap<String, Digest> build(Emt emt) throws IOException, InterruptedException {
    Emt.Ending ending = emt.run("build", "minimal", "--mirror", Downloads.NOWHERE, "-o", "out");
    assertThat(ending.exit()).as(ending.said()).isZero();
    SortedMap<String, Digest> digests = new TreeMap<>();
    try (Stream<Path> files = Files.list(emt.directory().resolve("out"))) {
      for (Path file : files.toList()) {
        digests.put(String.valueOf(file.getFileName()), Digest.sha256(ByteSource.of(file)));
      }
    }
    return digests;
  }
}
