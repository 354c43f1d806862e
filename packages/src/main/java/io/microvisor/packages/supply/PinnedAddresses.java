package io.microvisor.packages.supply;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.Digest;
import io.microvisor.packages.deb.Origin;
import io.microvisor.packages.lock.LockedPackage;
import io.microvisor.packages.lock.LockedRepository;
import io.microvisor.packages.openpgp.Keyring;
import io.microvisor.packages.repository.LocalFolder;
import io.microvisor.packages.repository.RepositorySpec;
import io.microvisor.packages.repository.RepositorySpec.Trust;
import io.microvisor.packages.repository.SinglePackages;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Where pinned packages can be had: each in the repository it was pinned from and in no other, for the names of one's
/// own packages are nobody else's business, and what another archive has under such a name is not meant.
///
/// A lock knows no address, so a repository is recognized by its suite and by the key that signed it. Other suites of
/// the same signer are asked, too: packages move between them. Whose keys are others by now is recognized as the one
/// that nobody else is.
///
/// @param archives the archives this machine knows
/// @param locked what the lock says of the archives its packages are from
/// @param folders the folders this machine has
/// @param single the addresses the template names
record PinnedAddresses(
    List<RepositorySpec> archives,
    List<LockedRepository> locked,
    List<LocalFolder> folders,
    List<SinglePackages> single) {
  PinnedAddresses {
    archives = List.copyOf(archives);
    locked = List.copyOf(locked);
    folders = List.copyOf(folders);
    single = List.copyOf(single);
  }

  /// The addresses to try, in order; none where the pin's repository is not known here.
  List<URI> of(LockedPackage pinned) {
    Origin origin = pinned.origin();
    if (isOf(LocalFolder.ORIGIN, origin)) {
      return file(pinned, folders).map(Path::toUri).stream().toList();
    }
    if (isOf(SinglePackages.ORIGIN, origin)) {
      return single.stream()
          .flatMap(each -> each.addresses().stream())
          .filter(address -> address.filename().equals(pinned.filename()))
          .map(SinglePackages.Address::uri)
          .toList();
    }
    return repositories(origin).stream()
        .flatMap(spec -> spec.addresses(pinned.filename()).stream())
        .distinct()
        .toList();
  }

  /// Whether an origin is that of packages without an archive. An archive may call itself the same; then it is locked.
  private boolean isOf(String kind, Origin origin) {
    return origin.origin().equals(kind)
        && locked.stream()
            .noneMatch(each -> each.origin().equals(kind) && each.suite().equals(origin.suite()));
  }

  private List<RepositorySpec> repositories(Origin origin) {
    List<RepositorySpec> ofSuite =
        archives.stream().filter(spec -> spec.suite().equals(origin.suite())).toList();
    List<LockedRepository> same =
        locked.stream().filter(each -> each.suite().equals(origin.suite())).toList();
    List<LockedRepository> own =
        same.stream().filter(each -> each.origin().equals(origin.origin())).toList();
    if (own.isEmpty()) {
      return ofSuite;
    }
    Stream<RepositorySpec> recognized =
        ofSuite.stream().filter(spec -> own.stream().anyMatch(each -> mayBe(each, spec)));
    Stream<RepositorySpec> siblings =
        archives.stream().filter(spec -> own.stream().anyMatch(each -> signs(each, spec)));
    List<RepositorySpec> all = Stream.concat(recognized, siblings).distinct().toList();
    return !all.isEmpty()
        ? all
        : ofSuite.stream()
            .filter(spec -> same.stream().noneMatch(other -> mayBe(other, spec)))
            .toList();
  }

  private static boolean mayBe(LockedRepository locked, RepositorySpec spec) {
    return switch (spec.trust()) {
      case Trust.SignedBy(Keyring keys) -> keys.has(locked.signer());
      case Trust.Unsigned() -> locked.signer().isEmpty();
    };
  }

  private static boolean signs(LockedRepository locked, RepositorySpec spec) {
    return !locked.signer().isEmpty() && mayBe(locked, spec);
  }

  /// Refuses a lock if a folder has another file now than the one that was pinned: to build with what is in the store
  /// would hide that, and to take the new one is not what a lock is for. A file that is not there any more may be in the
  /// store.
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
