package io.microvisor.packages.supply;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.Digest;
import io.microvisor.packages.catalog.PackageCatalog;
import io.microvisor.packages.deb.ControlStanza;
import io.microvisor.packages.deb.DebPackage;
import io.microvisor.packages.fetch.DownloadEvent;
import io.microvisor.packages.fetch.DownloadException;
import io.microvisor.packages.lock.Lock;
import io.microvisor.packages.lock.LockedPackage;
import io.microvisor.packages.unpack.DebFile;
import io.microvisor.store.Store;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/// What the packages of a lock say of themselves: a lock has their digests only.
///
/// @param found those that can be had, with the origin and file name they are pinned with
/// @param gone those that no archive lists and that are neither here nor to be fetched
public record PinnedPackages(List<DebPackage> found, List<LockedPackage> gone) {
  public PinnedPackages {
    found = List.copyOf(found);
    gone = List.copyOf(gone);
  }

  /// From the packages that are on this machine, no archive being asked.
  ///
  /// @param store where packages are kept
  public static PinnedPackages here(Lock lock, Store store) throws IOException {
    List<DebPackage> found = new ArrayList<>();
    List<LockedPackage> gone = new ArrayList<>();
    for (LockedPackage pinned : lock.packages()) {
      Optional<Path> deb = store.files().path(pinned.sha256());
      if (deb.isPresent()) {
        found.add(read(pinned, deb.get()));
      } else {
        gone.add(pinned);
      }
    }
    return new PinnedPackages(found, gone);
  }

  /// From the archives' indexes, and, for those which the indexes do not list any more, from the packages themselves,
  /// fetched where need be.
  ///
  /// @param pinned some packages of the lock
  public static PinnedPackages listed(
      Lock lock, List<LockedPackage> pinned, PackageSupply supply, Consumer<DownloadEvent> listener)
      throws IOException, InterruptedException {
    PackageCatalog listed = supply.packages(listener);
    List<DebPackage> found = new ArrayList<>();
    List<LockedPackage> unlisted = new ArrayList<>();
    for (LockedPackage each : pinned) {
      Optional<DebPackage> item =
          listed.packages(each.name()).stream()
              .filter(known -> known.sha256().equals(each.sha256()))
              .findFirst();
      item.ifPresentOrElse(found::add, () -> unlisted.add(each));
    }
    List<LockedPackage> gone = new ArrayList<>();
    for (LockedPackage each : unlisted) {
      try {
        found.add(read(each, supply.fetch(lock, List.of(each), listener).getFirst()));
      } catch (DownloadException _) {
        gone.add(each); // Which says all there is to say: no archive has it any more.
      }
    }
    return new PinnedPackages(found, gone);
  }

  /// The digests of those that were found.
  public Set<Digest> digests() {
    Set<Digest> digests = new HashSet<>();
    found.forEach(each -> digests.add(each.sha256()));
    return digests;
  }

  /// A package as an index would list it.
  static DebPackage read(LockedPackage pinned, Path deb) throws IOException {
    try {
      String stanza = DebFile.read(ByteSource.of(deb)).stanza().strip();
      return DebPackage.of(
          ControlStanza.parse(
              stanza
                  + "\nFilename: %s\nSize: %d\nSHA256: %s\n"
                      .formatted(pinned.filename(), pinned.size(), pinned.sha256().hex())),
          pinned.origin());
    } catch (IOException e) {
      throw new IOException(pinned.name() + " " + pinned.version() + ": " + e.getMessage(), e);
    }
  }
}
