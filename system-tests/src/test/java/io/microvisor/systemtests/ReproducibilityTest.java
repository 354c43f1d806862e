package io.microvisor.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.Digest;
import io.microvisor.packages.lock.Lock;
import io.microvisor.packages.lock.LockFile;
import io.microvisor.packages.lock.LockedPackage;
import io.microvisor.sandbox.SandboxSupport;
import io.microvisor.store.Store;
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
  private static final String NOWHERE = "http://127.0.0.1:9/debian";

  @TempDir Path folder;

  @Test
  void twoBuildsOfOneLockAreIdentical() throws IOException, InterruptedException {
    if (SandboxSupport.probe() instanceof SandboxSupport.Impossible impossible) {
      throw Absent.oracle("no sandbox: " + impossible.explanation());
    }
    Path one = Files.createDirectory(folder.resolve("one"));
    Path other = Files.createDirectories(folder.resolve("another place/deeper"));
    Lock lock = lock(one);
    Files.copy(one.resolve("minimal.lock"), other.resolve("minimal.lock"));
    Path firstCache = Files.createDirectory(folder.resolve("cache"));
    Path otherCache = Files.createDirectory(folder.resolve("cache-2"));
    fill(firstCache, lock);
    fill(otherCache, lock);
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

    assertThat(artifacts).containsKeys("minimal-0.1.raw", "manifest.json");
    assertThat(again).isEqualTo(artifacts);
  }

  /// Makes a lock from today's archive, and has its packages in the cache of all tests.
  private static Lock lock(Path directory) throws IOException, InterruptedException {
    try (Archive archive = Archive.open()) {
      archive.snapshots();
    }
    Emt.Ending ending = Emt.in(directory).run("lock", "minimal");
    assertThat(ending.exit()).as(ending.said()).isZero();
    Lock lock = LockFile.read(directory.resolve("minimal.lock"));
    try (Archive archive = Archive.open()) {
      archive.supply().fetch(lock, _ -> {});
    }
    return lock;
  }

  /// Gives a cache what was downloaded, and nothing of what was made from it.
  private static void fill(Path cache, Lock lock) throws IOException {
    try (Store all = Store.open(TestCache.directory());
        Store store = Store.open(cache)) {
      Path scratch = store.temporary();
      for (LockedPackage each : lock.packages()) {
        Path copy = scratch.resolve(each.name());
        Files.copy(all.files().path(each.sha256()).orElseThrow(), copy);
        store.files().adopt(copy, each.sha256());
      }
    }
  }

  private static SortedMap<String, Digest> build(Emt emt) throws IOException, InterruptedException {
    Emt.Ending ending = emt.run("build", "minimal", "--mirror", NOWHERE, "-o", "out");
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
