package io.microvisor.systemtests;

import io.microvisor.packages.lock.Lock;
import io.microvisor.packages.lock.LockFile;
import io.microvisor.packages.lock.LockedPackage;
import io.microvisor.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// The packages of today's lock of a shipped template, for caches that hold downloads and nothing made from them.
///
/// @param file the lock
/// @param lock what is in it
public record Downloads(Path file, Lock lock) {
  /// An address where no archive is: what a build needs must be in its cache.
  public static final String NOWHERE = "http://127.0.0.1:9/debian";

  /// Makes a lock in `directory` from today's archive, and has its packages in the cache of all tests.
  public static Downloads of(String template, Path directory)
      throws IOException, InterruptedException {
    try (Archive archive = Archive.open()) {
      archive.snapshots();
    }
    Emt.Ending ending = Emt.in(directory).run("lock", template);
    if (ending.exit() != 0) {
      throw new AssertionError(ending.said());
    }
    Path file = directory.resolve(template + ".lock");
    Lock lock = LockFile.read(file);
    try (Archive archive = Archive.open()) {
      archive.supply().fetch(lock, _ -> {});
    }
    return new Downloads(file, lock);
  }

  /// Gives a cache what was downloaded.
  public void fill(Path cache) throws IOException {
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
}
