package io.microvisor.packages.repository;

import io.microvisor.bytes.ByteSource;
import io.microvisor.formats.compression.Codec;
import io.microvisor.packages.catalog.LeftOut;
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
import java.util.stream.Collectors;

/// Asks archives what they hold: Release file fetched and verified, indexes fetched by their digest and read.
///
/// What has not changed since the last time is neither fetched nor inflated again. An archive that cannot be reached,
/// lacks the suite or shows an older state than was seen before is passed over for the repository's next; what is
/// signed wrongly, or is out of date, is refused at once.
public final class RepositoryClient {
  /// The first that there is is taken: gzip costs a fifth of xz's time, for a third more bytes.
  private static final List<Codec> QUICKEST_FIRST =
      List.of(Codec.ZSTD, Codec.GZIP, Codec.XZ, Codec.LZMA, Codec.BZIP2, Codec.NONE);

  /// How many records that were left out are told of.
  private static final int MOST_NOTED = 10;

  private final Downloader downloader;
  private final ReleaseSource releases;
  private final PackageIndex indexes;
  private final Sha512Files sha512Files;

  /// A client for which it is `now`; downloader and store stay the caller's.
  public RepositoryClient(Downloader downloader, Store store, Instant now) {
    this.downloader = downloader;
    this.releases = new ReleaseSource(downloader, store.actions(), new ReleaseVerifier(now));
    this.indexes = new PackageIndex(store);
    this.sha512Files = new Sha512Files(downloader, store);
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
    List<IOException> behind = new ArrayList<>();
    boolean answered = false;
    for (URI archive : spec.archives()) {
      try {
        Optional<VerifiedRelease> found = releases.find(spec, archive);
        if (found.isPresent()) {
          return Optional.of(read(spec, found.get(), listener));
        }
        answered = true;
        failures.add(spec.distribution(archive) + ": there is neither InRelease nor Release");
      } catch (DownloadException e) {
        failures.add(String.valueOf(e.getMessage()));
      } catch (ReleaseSource.WentBackException e) {
        behind.add(e);
      }
    }
    if (!behind.isEmpty()) {
      throw behind.getFirst();
    }
    boolean offline = spec.archives().stream().noneMatch(downloader::reaches);
    if (spec.presence() == Presence.OPTIONAL && offline) {
      return Optional.empty(); // What was never seen is not there.
    }
    // An archive that cannot be reached is not one that has no updates.
    if (spec.presence() == Presence.OPTIONAL && answered) {
      listener.accept(
          new DownloadEvent.Noted(
              "%s: no archive has it, so nothing of it is used (asked: %s)"
                  .formatted(
                      spec.name(),
                      spec.archives().stream()
                          .map(archive -> spec.distribution(archive).toString())
                          .collect(Collectors.joining(", ")))));
      return Optional.empty();
    }
    throw new IOException(
        "repository "
            + spec.name()
            + (offline ? ": not in the cache: suite " : ": no archive has suite ")
            + spec.suite()
            + "\n  "
            + String.join("\n  ", failures)
            + "\n  advice: "
            + (offline
                ? "do the same once without --offline; what is fetched then is kept"
                : "check the network, or name another archive: --mirror URL, or packageRepositories in the template"));
  }

  private RepositorySnapshot read(
      RepositorySpec spec, VerifiedRelease found, Consumer<DownloadEvent> listener)
      throws IOException, InterruptedException {
    Release release = found.release();
    List<Wanted> wanted = wanted(spec, release, listener);
    List<Callable<PackageCatalog>> work = new ArrayList<>();
    for (Wanted one : wanted) {
      Origin origin = origin(spec, release, one);
      PackageIndex.Source source = () -> downloaded(spec, release, one, listener);
      work.add(() -> indexes.read(one.plain(), source, origin));
    }
    PackageCatalog packages = PackageCatalog.joined(together(work));
    List<String> notes = new ArrayList<>(found.notes());
    notes.addAll(leftOut(spec, packages));
    notes.forEach(note -> listener.accept(new DownloadEvent.Noted(note)));
    return new RepositorySnapshot(
        spec,
        release,
        found.provenance(),
        wanted.stream().map(one -> origin(spec, release, one)).distinct().toList(),
        packages,
        notes);
  }

  /// What is in the components of an archive that its snapshot leaves aside; nothing where they cannot be had.
  public PackageCatalog unused(RepositorySnapshot snapshot, Consumer<DownloadEvent> listener)
      throws InterruptedException {
    RepositorySpec spec = snapshot.spec();
    List<String> others =
        snapshot.release().components().stream()
            .filter(each -> !spec.components().contains(each))
            .toList();
    if (spec.flat() || others.isEmpty()) {
      return PackageCatalog.EMPTY;
    }
    VerifiedRelease release =
        new VerifiedRelease(snapshot.release(), snapshot.provenance(), List.of());
    try {
      return read(spec.withComponents(others), release, listener).packages();
    } catch (IOException _) {
      return PackageCatalog.EMPTY; // Advice is not worth an error of its own.
    }
  }

  private static List<String> leftOut(RepositorySpec spec, PackageCatalog packages) {
    List<LeftOut> all = packages.leftOut();
    List<String> notes = new ArrayList<>();
    for (LeftOut each : all.subList(0, Math.min(all.size(), MOST_NOTED))) {
      notes.add("repository %s: left out: %s".formatted(spec.name(), each));
    }
    if (all.size() > MOST_NOTED) {
      notes.add(
          "repository %s: left out: %d packages more"
              .formatted(spec.name(), all.size() - MOST_NOTED));
    }
    return notes;
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
    for (Wanted one : wanted(spec, snapshot.release(), listener)) {
      Download index = download(spec, snapshot.release(), one.compressed());
      files.put(
          Evidence.fileName(one.compressed().path().split("/")),
          ByteSource.of(downloader.fetch(List.of(index), listener).getFirst()));
    }
    return new Evidence(Evidence.fileName(snapshot.release().origin(), spec.suite()), files);
  }

  private PackageIndex.Downloaded downloaded(
      RepositorySpec spec, Release release, Wanted wanted, Consumer<DownloadEvent> listener)
      throws IOException, InterruptedException {
    List<Path> file =
        downloader.fetch(List.of(download(spec, release, wanted.compressed())), listener);
    return new PackageIndex.Downloaded(wanted.compressed(), file.getFirst());
  }

  private static Origin origin(RepositorySpec spec, Release release, Wanted wanted) {
    return new Origin(release.origin(), spec.suite(), wanted.component());
  }

  /// An index to read: as it is and as it is fetched.
  private record Wanted(String component, IndexFile plain, IndexFile compressed) {}

  private List<Wanted> wanted(
      RepositorySpec spec, Release release, Consumer<DownloadEvent> listener)
      throws IOException, InterruptedException {
    List<Wanted> wanted = new ArrayList<>();
    if (spec.flat()) {
      wanted.add(
          find(spec, release, "", "Packages", listener)
              .orElseThrow(() -> lacks(spec, release, "Packages")));
      return wanted;
    }
    for (String component : spec.components()) {
      String folder = component + "/binary-" + spec.architecture() + "/Packages";
      Optional<Wanted> own = find(spec, release, component, folder, listener);
      own.ifPresent(wanted::add);
      if (own.isEmpty() || release.architectures().contains("all") && !release.allInOthers()) {
        Optional<Wanted> all =
            find(spec, release, component, component + "/binary-all/Packages", listener);
        all.ifPresent(wanted::add);
        if (own.isEmpty() && all.isEmpty()) {
          throw lacks(spec, release, folder);
        }
      }
    }
    return wanted;
  }

  private Optional<Wanted> find(
      RepositorySpec spec,
      Release release,
      String component,
      String path,
      Consumer<DownloadEvent> listener)
      throws IOException, InterruptedException {
    for (Codec compression : QUICKEST_FIRST) {
      Optional<IndexFile> listed = release.file(path + compression.suffix());
      if (listed.isPresent()) {
        IndexFile compressed = known(spec, listed.get());
        Optional<IndexFile> plain = release.file(path).filter(each -> each.sha512().isEmpty());
        return Optional.of(
            new Wanted(
                component,
                compression == Codec.NONE
                    ? compressed
                    : plain.isPresent() ? plain.get() : plain(spec, release, compressed, listener),
                compressed));
      }
    }
    return Optional.empty();
  }

  /// A file with its SHA-256, fetched if that is what it takes.
  private IndexFile known(RepositorySpec spec, IndexFile file)
      throws IOException, InterruptedException {
    if (file.sha512().isEmpty()) {
      return file;
    }
    List<URI> addresses =
        spec.archives().stream()
            .map(archive -> ArchivePath.below(spec.distribution(archive), file.path()))
            .toList();
    String subject = spec.name() + " " + file.path();
    return new IndexFile(
        file.path(),
        file.size(),
        sha512Files.sha256(subject, addresses, file.size(), file.sha512()));
  }

  /// Size and digest of an index of which the Release file knows only the compressed form.
  private IndexFile plain(
      RepositorySpec spec, Release release, IndexFile compressed, Consumer<DownloadEvent> listener)
      throws IOException, InterruptedException {
    Path file = downloader.fetch(List.of(download(spec, release, compressed)), listener).getFirst();
    return PackageIndex.plain(compressed, file);
  }

  private static IOException lacks(RepositorySpec spec, Release release, String path) {
    String component = path.contains("/") ? path.substring(0, path.indexOf("/binary-")) : "";
    boolean unknown = !component.isEmpty() && !release.components().contains(component);
    return new IOException(
        "repository %s: its Release file %s (expected: one; it has components %s and architectures %s)"
            .formatted(
                spec.name(),
                unknown ? "knows no component " + component : "names no " + path,
                String.join(" ", release.components()),
                String.join(" ", release.architectures())));
  }

  private static Download download(RepositorySpec spec, Release release, IndexFile file) {
    List<URI> addresses = new ArrayList<>();
    for (URI archive : spec.archives()) {
      URI distribution = spec.distribution(archive);
      if (release.byHash()) {
        String folder = file.path().substring(0, file.path().lastIndexOf('/') + 1);
        addresses.add(
            ArchivePath.below(distribution, folder + "by-hash/SHA256/" + file.digest().hex()));
      }
      addresses.add(ArchivePath.below(distribution, file.path()));
    }
    return new Download(spec.name() + " " + file.path(), addresses, file.size(), file.digest());
  }
}
