package io.microvisor.packages.supply;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.Digest;
import io.microvisor.packages.lock.Lock;
import io.microvisor.packages.lock.LockedPackage;
import io.microvisor.packages.repository.ArchiveAddresses;
import io.microvisor.packages.repository.LocalFolder;
import io.microvisor.packages.repository.SinglePackages;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Where pinned packages can be had: in folders by their name, at addresses of their own and in archives by their file
/// name.
///
/// @param folders the folders this machine has
/// @param single the addresses the template names
record PinnedAddresses(
    ArchiveAddresses archives, List<LocalFolder> folders, List<SinglePackages> single) {
  PinnedAddresses {
    folders = List.copyOf(folders);
    single = List.copyOf(single);
  }

  /// The addresses to try, in order.
  List<URI> of(LockedPackage pinned) {
    List<URI> all = new ArrayList<>();
    file(pinned, folders).ifPresent(file -> all.add(file.toUri()));
    if (pinned.origin().origin().equals(SinglePackages.ORIGIN)) {
      single.stream()
          .flatMap(each -> each.addresses().stream())
          .filter(address -> address.filename().equals(pinned.filename()))
          .map(SinglePackages.Address::uri)
          .forEach(all::add);
    }
    all.addAll(archives.of(pinned.origin(), pinned.filename()));
    return all;
  }

  /// Refuses a lock if a folder has another file now than the one that was pinned: to build with what is in the store
  /// would hide that, and to take the new one is not what a lock is for. A file that is not there any more may be had
  /// elsewhere.
  ///
  /// @throws IOException naming all such packages
  static void check(List<LockedPackage> pins, List<LocalFolder> folders) throws IOException {
    List<String> changed = new ArrayList<>();
    for (LockedPackage pinned : pins) {
      Optional<Path> file = file(pinned, folders);
      if (file.isEmpty() || !Files.exists(file.get())) {
        continue;
      }
      Digest found = Digest.sha256(ByteSource.of(file.get()));
      if (!found.equals(pinned.sha256())) {
        changed.add(
            "%s/%s: changed since the lock was made: its digest is %s (expected: %s)"
                .formatted(pinned.origin().suite(), pinned.filename(), found, pinned.sha256()));
      }
    }
    if (!changed.isEmpty()) {
      throw new IOException(
          String.join("\n", changed)
              + "\n  advice: emt lock --update takes the package as it is now");
    }
  }

  private static Optional<Path> file(LockedPackage pinned, List<LocalFolder> folders) {
    return pinned.origin().origin().equals(LocalFolder.ORIGIN)
        ? folders.stream()
            .filter(folder -> folder.name().equals(pinned.origin().suite()))
            .map(folder -> folder.path().resolve(pinned.filename()).normalize())
            .filter(path -> folders.stream().anyMatch(folder -> path.startsWith(folder.path())))
            .findFirst()
        : Optional.empty();
  }
}
