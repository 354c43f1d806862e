package io.microvisor.packages.vendor;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.Digest;
import io.microvisor.bytes.files.Durable;
import io.microvisor.bytes.files.FullDiskException;
import io.microvisor.packages.fetch.Download;
import io.microvisor.packages.fetch.Downloader;
import io.microvisor.packages.fetch.Network;
import io.microvisor.packages.lock.Lock;
import io.microvisor.packages.lock.LockFile;
import io.microvisor.packages.lock.LockedPackage;
import io.microvisor.packages.repository.Evidence;
import io.microvisor.store.Store;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/// A folder of packages, as described in the package's documentation.
///
/// Several locks may share one. Writing is idempotent: what is there and sound is left alone, what is damaged is
/// replaced, what no lock in the folder pins any more goes only when asked. Each file appears whole, `SHA256SUMS` last.
///
/// @param path where it is
public record VendorFolder(Path path) {
  private static final String POOL = "pool";
  private static final String SUMS = "SHA256SUMS";

  /// What becomes of packages that no lock in the folder pins.
  public enum Unpinned {
    /// They stay.
    KEPT,
    /// They are deleted.
    PRUNED
  }

  /// What was done.
  ///
  /// @param copied packages that were not there, or not sound
  /// @param kept packages that were there
  /// @param pruned packages that were deleted
  /// @param unpinned packages that stayed although no lock pins them
  /// @param bytes the sizes of all packages
  public record Report(int copied, int kept, int pruned, int unpinned, long bytes) {}

  /// Where a package lies, below the folder: named as archives do, without the version's epoch.
  public static String file(LockedPackage pinned) {
    String version = pinned.version().toString().replaceFirst("^\\d+:", "");
    return POOL + "/" + pinned.name() + "_" + version + "_" + pinned.architecture() + ".deb";
  }

  /// Puts the packages of a lock here.
  ///
  /// @param name of the lock's file, such as `hello.lock`
  /// @param debs its packages, in its order
  /// @param evidence what vouches for them
  /// @throws IOException if a file cannot be written, or another lock here pins other bytes under the same name
  public Report write(
      Lock lock, String name, List<Path> debs, List<Evidence> evidence, Unpinned unpinned)
      throws IOException {
    Files.createDirectories(path.resolve(POOL));
    checkClashes(lock, name);
    int copied = 0;
    for (int i = 0; i < debs.size(); i++) {
      copied += put(lock.everything().get(i), debs.get(i)) ? 1 : 0;
    }
    replace(path.resolve(name), LockFile.text(lock).getBytes(StandardCharsets.UTF_8));
    SortedSet<String> wanted = new TreeSet<>();
    List<Instant> dates = new ArrayList<>();
    for (Lock each : locks().values()) {
      each.everything().forEach(pinned -> wanted.add(file(pinned)));
      each.newestRelease().ifPresent(dates::add);
    }
    SortedSet<String> others = new TreeSet<>(pool());
    others.removeAll(wanted);
    if (unpinned == Unpinned.PRUNED) {
      for (String each : others) {
        Files.delete(path.resolve(each));
      }
    }
    for (Evidence each : evidence) {
      write(each);
    }
    Instant date = dates.stream().max(Comparator.naturalOrder()).orElse(Instant.EPOCH);
    describe(lock.architecture(), date);
    boolean pruned = unpinned == Unpinned.PRUNED;
    return new Report(
        copied,
        debs.size() - copied,
        pruned ? others.size() : 0,
        pruned ? 0 : others.size(),
        lock.everything().stream().mapToLong(LockedPackage::size).sum());
  }

  /// The locks whose packages are here, by file name.
  public SortedMap<String, Lock> locks() throws IOException {
    SortedMap<String, Lock> locks = new TreeMap<>();
    for (String each : files(path, 1)) {
      if (each.endsWith(".lock")) {
        locks.put(each, LockFile.read(path.resolve(each)));
      }
    }
    return locks;
  }

  /// Takes packages from here into the store, if the store has them not yet.
  ///
  /// @return how many were taken; those that are not here are passed over
  /// @throws io.microvisor.packages.fetch.DownloadException naming each that is here and damaged
  public int feed(Lock lock, Store store) throws IOException, InterruptedException {
    List<Download> wanted = new ArrayList<>();
    for (LockedPackage pinned : lock.everything()) {
      Path deb = path.resolve(file(pinned));
      if (Files.isRegularFile(deb) && store.files().path(pinned.sha256()).isEmpty()) {
        wanted.add(
            new Download(
                pinned.name() + " " + pinned.version(),
                List.of(deb.toUri()),
                pinned.size(),
                pinned.sha256()));
      }
    }
    try (Downloader copier = new Downloader(Network.DIRECT.offline(), store, Thread::sleep)) {
      return copier.fetch(wanted, _ -> {}).size();
    }
  }

  private void checkClashes(Lock lock, String name) throws IOException {
    SortedMap<String, Lock> others = new TreeMap<>(locks());
    others.remove(name);
    for (Map.Entry<String, Lock> other : others.entrySet()) {
      for (LockedPackage pinned : lock.everything()) {
        Optional<LockedPackage> clash =
            other.getValue().everything().stream()
                .filter(each ->
                    file(each).equals(file(pinned)) && !each.sha256().equals(pinned.sha256()))
                .findFirst();
        if (clash.isPresent()) {
          throw new IOException(
              path.getFileName()
                  + "/"
                  + file(pinned)
                  + ": "
                  + other.getKey()
                  + " pins other bytes of this name (expected: one package of a name and version)"
                  + "\n  advice: use a folder of its own for "
                  + name);
        }
      }
    }
  }

  /// @return whether it had to be copied
  private boolean put(LockedPackage pinned, Path deb) throws IOException {
    Path target = path.resolve(file(pinned));
    if (Files.isRegularFile(target)
        && Files.size(target) == pinned.size()
        && Digest.sha256(ByteSource.of(target)).equals(pinned.sha256())) {
      return false;
    }
    Path unfinished = target.resolveSibling(target.getFileName() + ".new");
    try {
      Files.copy(deb, unfinished, StandardCopyOption.REPLACE_EXISTING);
      Digest found = Digest.sha256(ByteSource.of(unfinished));
      if (!found.equals(pinned.sha256())) {
        throw new IOException(
            deb + ": its digest is " + found + " (expected: " + pinned.sha256() + ")");
      }
      Durable.replace(unfinished, target);
      return true;
    } catch (IOException e) {
      throw FullDiskException.named(path, e);
    } finally {
      Files.deleteIfExists(unfinished);
    }
  }

  private void write(Evidence evidence) throws IOException {
    Path folder = path.resolve("provenance").resolve(evidence.name());
    Files.createDirectories(folder);
    SortedSet<String> old = new TreeSet<>(files(folder, 1));
    old.removeAll(evidence.files().keySet());
    for (Map.Entry<String, ByteSource> each : evidence.files().entrySet()) {
      try (InputStream in = each.getValue().stream()) {
        replace(folder.resolve(each.getKey()), in.readAllBytes());
      }
    }
    for (String each : old) {
      Files.delete(folder.resolve(each)); // Of an earlier state: it would not fit the others.
    }
  }

  /// Index, README and digests, of all that is here now.
  private void describe(String architecture, Instant date) throws IOException {
    SortedMap<String, String> stanzas = new TreeMap<>();
    for (String each : pool()) {
      stanzas.put(each, VendorIndex.stanza(path.resolve(each), each));
    }
    byte[] packages = VendorIndex.packages(stanzas);
    replace(path.resolve("Packages"), packages);
    replace(
        path.resolve("Release"),
        VendorIndex.release(packages, List.of("all", architecture), date)
            .getBytes(StandardCharsets.UTF_8));
    replace(path.resolve("README.txt"), readme());
    SortedMap<String, Digest> sums = new TreeMap<>();
    for (String each : files(path, Integer.MAX_VALUE)) {
      if (!each.equals(SUMS)) {
        sums.put(each, Digest.sha256(ByteSource.of(path.resolve(each))));
      }
    }
    replace(path.resolve(SUMS), VendorIndex.sums(sums).getBytes(StandardCharsets.UTF_8));
  }

  private static byte[] readme() throws IOException {
    try (InputStream in = VendorFolder.class.getResourceAsStream("README.txt")) {
      if (in == null) {
        throw new IllegalStateException("resource README.txt is missing");
      }
      return in.readAllBytes();
    }
  }

  private List<String> pool() throws IOException {
    return files(path.resolve(POOL), 1).stream()
        .filter(each -> each.endsWith(".deb"))
        .map(each -> POOL + "/" + each)
        .toList();
  }

  private static List<String> files(Path folder, int depth) throws IOException {
    try (Stream<Path> all = Files.walk(folder, depth)) {
      return all.filter(Files::isRegularFile)
          .map(each -> folder.relativize(each).toString())
          .sorted()
          .toList();
    }
  }

  /// Leaves a file alone that says the same already.
  private static void replace(Path file, byte[] content) throws IOException {
    if (Files.isRegularFile(file)
        && Files.size(file) == content.length
        && Arrays.equals(Files.readAllBytes(file), content)) {
      return;
    }
    Path unfinished = file.resolveSibling(file.getFileName() + ".new");
    try {
      Files.write(unfinished, content);
      Durable.replace(unfinished, file);
    } catch (IOException e) {
      throw FullDiskException.named(file.resolveSibling(""), e);
    } finally {
      Files.deleteIfExists(unfinished);
    }
  }
}
