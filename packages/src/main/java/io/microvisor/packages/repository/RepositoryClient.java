package io.microvisor.packages.repository;

import io.microvisor.bytes.ByteSource;
import io.microvisor.packages.catalog.PackageCatalog;
import io.microvisor.packages.deb.Origin;
import io.microvisor.packages.fetch.Download;
import io.microvisor.packages.fetch.DownloadEvent;
import io.microvisor.packages.fetch.DownloadException;
import io.microvisor.packages.fetch.Downloader;
import io.microvisor.packages.repository.RepositorySpec.Presence;
import io.microvisor.store.Store;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/// Asks archives what they hold: Release file fetched and verified, indexes fetched by their digest and read.
///
/// What has not changed since the last time is neither fetched nor inflated again; a repository that shows an older
/// state than it did before is read in the newer one.
public final class RepositoryClient {
  /// Quickest to inflate first: gzip costs a fifth of xz's time, for a third more bytes.
  private static final List<String> SUFFIXES = List.of(".gz", ".xz", "");

  private final Downloader downloader;
  private final ReleaseSource releases;
  private final PackageIndex indexes;

  /// A client for which it is `now`; downloader and store stay the caller's.
  public RepositoryClient(Downloader downloader, Store store, Instant now) {
    this.downloader = downloader;
    this.releases = new ReleaseSource(downloader, store.actions(), new ReleaseVerifier(now));
    this.indexes = new PackageIndex(store);
  }

  /// What the repositories hold now, in their order; optional ones that are not there are left out.
  ///
  /// @throws IOException if one cannot be had, or is not what it should be: see [ReleaseVerifier] and
  ///     [DownloadException]
  public List<RepositorySnapshot> refresh(
      List<RepositorySpec> specs, Consumer<DownloadEvent> listener)
      throws IOException, InterruptedException {
    List<Callable<Optional<RepositorySnapshot>>> work = new ArrayList<>();
    for (RepositorySpec spec : specs) {
      work.add(() -> refresh(spec, listener));
    }
    List<RepositorySnapshot> snapshots = new ArrayList<>();
    together(work).forEach(one -> one.ifPresent(snapshots::add));
    return snapshots;
  }

  /// Does everything at once; the first failure, in the order of the work, ends it.
  private static <T> List<T> together(List<Callable<T>> work)
      throws IOException, InterruptedException {
    List<Future<T>> running = new ArrayList<>();
    List<T> done = new ArrayList<>();
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      try {
        work.forEach(one -> running.add(executor.submit(one)));
        for (Future<T> one : running) {
          done.add(one.get());
        }
        return done;
      } catch (ExecutionException e) {
        switch (e.getCause()) {
          case IOException io -> throw io;
          case InterruptedException _ -> throw new InterruptedException();
          case RuntimeException bug -> throw bug;
          case null, default -> throw new IllegalStateException(e);
        }
      } finally {
        executor.shutdownNow();
      }
    }
  }

  private Optional<RepositorySnapshot> refresh(
      RepositorySpec spec, Consumer<DownloadEvent> listener)
      throws IOException, InterruptedException {
    List<String> failures = new ArrayList<>();
    boolean answered = false;
    for (URI archive : spec.archives()) {
      try {
        Optional<ReleaseSource.Found> found = releases.find(spec, archive);
        if (found.isPresent()) {
          return Optional.of(read(spec, found.get(), listener));
        }
        answered = true;
        failures.add(spec.distribution(archive) + ": there is neither InRelease nor Release");
      } catch (DownloadException e) {
        failures.add(String.valueOf(e.getMessage()));
      }
    }
    boolean offline = spec.archives().stream().noneMatch(downloader::reaches);
    // An archive that cannot be reached is not one that has no updates. Offline, what was never
    // seen is not there.
    if (spec.presence() == Presence.OPTIONAL && (answered || offline)) {
      return Optional.empty();
    }
    throw new IOException(
        "repository "
            + spec.name()
            + ": no archive has suite "
            + spec.suite()
            + "\n  "
            + String.join("\n  ", failures)
            + "\n  advice: "
            + (offline
                ? "do the same once without --offline; what is fetched then is kept"
                : "check the network, or name another archive: --mirror URL, or packageRepositories in the template"));
  }

  private RepositorySnapshot read(
      RepositorySpec spec, ReleaseSource.Found found, Consumer<DownloadEvent> listener)
      throws IOException, InterruptedException {
    Release release = found.verified().release();
    List<Callable<PackageCatalog>> work = new ArrayList<>();
    for (Wanted one : wanted(spec, release)) {
      Origin origin = origin(spec, release, one);
      PackageIndex.Source source = () -> downloaded(spec, release, one, listener);
      work.add(() -> indexes.read(one.plain(), source, origin));
    }
    PackageCatalog packages = PackageCatalog.joined(together(work));
    return new RepositorySnapshot(
        spec, release, found.verified().provenance(), packages, found.notes());
  }

  /// What vouches for a snapshot of this client; its indexes are downloaded again where they are not here any more.
  public Evidence evidence(RepositorySnapshot snapshot, Consumer<DownloadEvent> listener)
      throws IOException, InterruptedException {
    RepositorySpec spec = snapshot.spec();
    SortedMap<String, ByteSource> files = new TreeMap<>();
    for (URI archive : spec.archives()) {
      if (files.isEmpty()) {
        releases
            .kept(spec.distribution(archive))
            .forEach((name, bytes) -> files.put(name, ByteSource.of(bytes)));
      }
    }
    if (spec.trust() instanceof RepositorySpec.Trust.SignedBy(var keyring)) {
      files.put("keyring.gpg", ByteSource.of(keyring.encoded()));
    }
    for (Wanted one : wanted(spec, snapshot.release())) {
      Path index =
          downloader.fetch(List.of(download(spec, snapshot.release(), one)), listener).getFirst();
      files.put(Evidence.fileName(one.compressed().path().split("/")), ByteSource.of(index));
    }
    return new Evidence(Evidence.fileName(snapshot.release().origin(), spec.suite()), files);
  }

  private PackageIndex.Downloaded downloaded(
      RepositorySpec spec, Release release, Wanted wanted, Consumer<DownloadEvent> listener)
      throws IOException, InterruptedException {
    List<Path> file = downloader.fetch(List.of(download(spec, release, wanted)), listener);
    return new PackageIndex.Downloaded(wanted.compressed(), file.getFirst());
  }

  private static Origin origin(RepositorySpec spec, Release release, Wanted wanted) {
    return new Origin(release.origin(), spec.suite(), wanted.component());
  }

  /// An index to read: as it is and as it is fetched.
  private record Wanted(String component, IndexFile plain, IndexFile compressed) {}

  private static List<Wanted> wanted(RepositorySpec spec, Release release) throws IOException {
    List<Wanted> wanted = new ArrayList<>();
    if (spec.flat()) {
      wanted.add(find(release, "", "Packages").orElseThrow(() -> lacks(spec, release, "Packages")));
      return wanted;
    }
    for (String component : spec.components()) {
      String folder = component + "/binary-" + spec.architecture() + "/Packages";
      wanted.add(find(release, component, folder).orElseThrow(() -> lacks(spec, release, folder)));
      if (release.architectures().contains("all") && !release.allInOthers()) {
        find(release, component, component + "/binary-all/Packages").ifPresent(wanted::add);
      }
    }
    return wanted;
  }

  private static Optional<Wanted> find(Release release, String component, String path) {
    Optional<IndexFile> plain = release.file(path);
    for (String suffix : SUFFIXES) {
      Optional<IndexFile> compressed = release.file(path + suffix);
      if (plain.isPresent() && compressed.isPresent()) {
        return Optional.of(new Wanted(component, plain.get(), compressed.get()));
      }
    }
    return Optional.empty();
  }

  private static IOException lacks(RepositorySpec spec, Release release, String path) {
    return new IOException(
        "repository %s: its Release file names no %s (expected: one; it has components %s and architectures %s)"
            .formatted(
                spec.name(),
                path,
                String.join(" ", release.components()),
                String.join(" ", release.architectures())));
  }

  private static Download download(RepositorySpec spec, Release release, Wanted wanted) {
    IndexFile file = wanted.compressed();
    List<URI> addresses = new ArrayList<>();
    for (URI archive : spec.archives()) {
      URI distribution = spec.distribution(archive);
      if (release.byHash()) {
        String folder = file.path().substring(0, file.path().lastIndexOf('/') + 1);
        addresses.add(distribution.resolve(folder + "by-hash/SHA256/" + file.digest().hex()));
      }
      addresses.add(distribution.resolve(file.path()));
    }
    return new Download(spec.name() + " " + file.path(), addresses, file.size(), file.digest());
  }
}
