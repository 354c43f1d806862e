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
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Real builds with their cache on a disk that is full, cannot be written, is another one than the output's, or is shared with
/// another build that runs.
@Tag("system")
class CachePlaceTest {
  @TempDir Path folder;
  private Path cache;
  private Downloads downloads;

  @BeforeEach
  void prepare() throws IOException, InterruptedException {
    switch (SandboxSupport.probe()) {
      case SandboxSupport.AsRoot _ -> {}
      case SandboxSupport.Impossible impossible ->
          throw Absent.oracle("no sandbox: " + impossible.explanation());
      case SandboxSupport.Unprivileged _ ->
          throw Absent.permission("mount a file system for the cache");
    }
    cache = Files.createDirectory(folder.resolve("cache"));
    downloads = Downloads.of("minimal", folder);
  }

  /// A build whose cache is what `script` mounts at `$cache`; the build itself is `"$@"`.
  private Emt emt(String script) {
    return new Emt(
            folder,
            Map.of("HOME", folder.toString(), "EMT_CACHE", cache.toString()),
            List.of(),
            "022")
        .startedBy(
            List.of("unshare", "--mount", "sh", "-euc", "cache=" + cache + "\n" + script, "sh"),
            Emt.Installation.ofThisBuild());
  }

  private static String[] build(String to) {
    return new String[] {"build", "minimal", "--mirror", Downloads.NOWHERE, "-o", to};
  }

  private SortedMap<String, Digest> artifacts(String to) throws IOException {
    SortedMap<String, Digest> digests = new TreeMap<>();
    try (Stream<Path> files = Files.list(folder.resolve(to))) {
      for (Path file : files.toList()) {
        digests.put(file.getFileName().toString(), Digest.sha256(ByteSource.of(file)));
      }
    }
    return digests;
  }

  /// Builds with what is in `$cache` only, again and again with more room, and at last with enough of it.
  @Test
  void aBuildGoesOnWhenTheFullDiskOfItsCacheHasRoomAgain() throws Exception {
    downloads.fill(cache);
    Emt.Ending ending =
        emt("""
        used=$(du -sm "$cache" | cut -f1)
        mkdir full
        mount -t tmpfs -o size=$((used + 4))m none full
        cp -a "$cache/." full/
        mount --move full "$cache"
        for more in 4 40 90 150; do
          mount -o remount,size=$((used + more))m "$cache"
          if "$@"; then echo "enough: $more"; else echo "status: $?"; fi
          ls -A "$cache/v1/tmp" | sed 's/^/left: /'
          ls -A out 2>/dev/null | sed 's/^/out: /'
        done
        mount -o remount,size=4g "$cache"
        mkdir -p out
        mount -t tmpfs -o size=8m none out
        if "$@"; then echo "fits into 8 MiB"; else echo "status: $?"; fi
        ls -A out | sed 's/^/out: /'
        mount -o remount,size=4g out
        "$@"
        umount out
        umount "$cache"
        exec "$@" # with the cache on the output's disk
        """)
            .run(build("out"));

    assertThat(ending.exit()).as(ending.said()).isZero();
    assertThat(ending.said().lines())
        .as(ending.said())
        .filteredOn(line ->
            line.matches(
                "emt: "
                    + Pattern.quote(cache.toString())
                    + ": its disk is full, .* free now \\(expected: room for what is written there\\)"))
        .hasSizeGreaterThanOrEqualTo(2);
    assertThat(ending.said())
        .contains(
            "  advice: emt cache prune (with --all: everything), or EMT_CACHE=/another/folder")
        .containsPattern(
            "emt: "
                + Pattern.quote(folder.resolve("out").toString())
                + ": [^\n]* free on its disk \\(expected: at least [^\n]*, for the artifacts\\)\n"
                + "  advice: free some room there, or --output /another/folder")
        .doesNotContain("fits into 8 MiB");
    assertThat(ending.said().lines().filter(line -> line.startsWith("status: ")))
        .hasSizeGreaterThanOrEqualTo(2)
        .containsOnly("status: 1");
    assertThat(ending.said().lines().filter(line -> line.startsWith("left: ")))
        .containsOnly("left: gate");
    assertThat(ending.said()).doesNotContain("out: .");
  }

  /// Nothing is asked for: where the archive is said to be, nobody answers.
  @Test
  void aBuildWhoseDownloadsDoNotFitIsRefusedBeforeTheFirstByte() throws Exception {
    Emt.Ending ending =
        emt("""
        mount -t tmpfs -o size=16m,mode=0700 none "$cache"
        exec "$@"
        """)
            .run(build("out"));

    assertThat(ending.exit()).as(ending.said()).isEqualTo(1);
    assertThat(ending.said())
        .containsPattern(
            "emt: "
                + Pattern.quote(cache.toString())
                + ": [^\n]* MiB free on its disk \\(expected: at least [^\n]* MiB, for what is still to be downloaded\\)\n"
                + "  advice: emt cache prune")
        .doesNotContain("could not be had");
  }

  @Test
  void theSameBytesComeFromACacheOnAnotherDiskAndFromTwoBuildsAtOnce() throws Exception {
    downloads.fill(cache);
    Emt.Ending elsewhere =
        emt("""
        mkdir disk
        mount -t tmpfs none disk
        cp -a "$cache/." disk/
        mount --move disk "$cache"
        exec "$@"
        """)
            .run(build("elsewhere"));
    assertThat(elsewhere.exit()).as(elsewhere.said()).isZero();

    try (Emt.Running one = emt("exec \"$@\"").start(build("one"));
        Emt.Running other = emt("exec \"$@\"").start(build("other"))) {
      Emt.Ending first = one.ending();
      Emt.Ending second = other.ending();
      assertThat(first.exit()).as(first.said()).isZero();
      assertThat(second.exit()).as(second.said()).isZero();
    }
    assertThat(artifacts("one")).isEqualTo(artifacts("elsewhere")).hasSize(2);
    assertThat(artifacts("other")).isEqualTo(artifacts("elsewhere"));
  }

  @Test
  void aCacheThatCannotBeWrittenIsRefusedWithTheReason() throws Exception {
    Emt.Ending ending =
        emt("""
        mount --bind "$cache" "$cache"
        mount -o remount,bind,ro "$cache"
        exec "$@"
        """)
            .run(build("out"));

    assertThat(ending.exit()).isEqualTo(1);
    assertThat(ending.said()).contains(cache.toString(), "Read-only file system");
    assertThat(folder.resolve("out")).doesNotExist();
  }
}
