package io.microvisor.packages.supply;

import io.microvisor.bytes.ByteSource;
import io.microvisor.packages.catalog.PackageCatalog;
import io.microvisor.packages.deb.DebPackage;
import io.microvisor.packages.fetch.Download;
import io.microvisor.packages.fetch.DownloadEvent;
import io.microvisor.packages.fetch.Downloader;
import io.microvisor.packages.fetch.Network;
import io.microvisor.packages.lock.Lock;
import io.microvisor.packages.lock.LockedPackage;
import io.microvisor.packages.lock.LockedRepository;
import io.microvisor.packages.repository.ArchiveAddresses;
import io.microvisor.packages.repository.Evidence;
import io.microvisor.packages.repository.Provenance;
import io.microvisor.packages.repository.RepositoryClient;
import io.microvisor.packages.repository.RepositorySnapshot;
import io.microvisor.packages.repository.RepositorySpec;
import io.microvisor.packages.solver.Pick;
import io.microvisor.packages.solver.Resolution;
import io.microvisor.packages.solver.Solver;
import io.microvisor.packages.solver.Wish;
import io.microvisor.packages.solver.deb.DebPolicy;
import io.microvisor.packages.solver.deb.DebUniverse;
import io.microvisor.packages.unpack.UnpackedPackage;
import io.microvisor.packages.unpack.Unpacker;
import io.microvisor.store.Store;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// Packages from archives, by wish or by lock.
public final class PackageSupply implements Closeable {
  private final Store store;
  private final List<RepositorySpec> repositories;
  private final Downloader downloader;
  private final RepositoryClient client;
  private final ArchiveAddresses addresses;
  private Optional<List<RepositorySnapshot>> snapshots = Optional.empty();

  /// @param repositories the archives to ask, in order of preference for equal versions
  /// @param network how to reach them
  /// @param now what Release files' validity is measured against
  public PackageSupply(
      Store store, List<RepositorySpec> repositories, Network network, Instant now) {
    this.store = store;
    this.repositories = List.copyOf(repositories);
    this.downloader = new Downloader(network, store, Thread::sleep);
    this.client = new RepositoryClient(downloader, store, now);
    this.addresses = new ArchiveAddresses(repositories);
  }

  /// What the archives hold now; asked once.
  public List<RepositorySnapshot> snapshots(Consumer<DownloadEvent> listener)
      throws IOException, InterruptedException {
    if (snapshots.isEmpty()) {
      snapshots = Optional.of(client.refresh(repositories, listener));
    }
    return snapshots.get();
  }

  /// Chooses packages for wishes out of what the archives hold now.
  public Resolution<DebPackage> solve(
      List<Wish> wishes, DebPolicy policy, Consumer<DownloadEvent> listener)
      throws IOException, InterruptedException {
    return solve(wishes, policy, List.of(), listener);
  }

  /// The same, with further packages to choose from, which the archives need not hold.
  public Resolution<DebPackage> solve(
      List<Wish> wishes,
      DebPolicy policy,
      List<DebPackage> further,
      Consumer<DownloadEvent> listener)
      throws IOException, InterruptedException {
    PackageCatalog all =
        PackageCatalog.joined(List.of(PackageCatalog.of(further), packages(listener)));
    return Solver.solve(DebUniverse.of(all, policy), wishes);
  }

  /// What the archives hold now, as one catalogue.
  public PackageCatalog packages(Consumer<DownloadEvent> listener)
      throws IOException, InterruptedException {
    return PackageCatalog.joined(
        snapshots(listener).stream().map(RepositorySnapshot::packages).toList());
  }

  /// Pins a solution.
  ///
  /// @param inputs what it was made from, see [Lock#inputs]
  public Lock lock(
      Resolution.Solved<DebPackage> solved,
      String architecture,
      List<String> inputs,
      Consumer<DownloadEvent> listener)
      throws IOException, InterruptedException {
    return new Lock(
        architecture,
        inputs,
        snapshots(listener).stream().map(PackageSupply::locked).toList(),
        solved.picks().stream().map(Pick::item).map(LockedPackage::of).toList());
  }

  private static LockedRepository locked(RepositorySnapshot snapshot) {
    String signer =
        switch (snapshot.provenance()) {
          case Provenance.Signed signed -> signed.signer().certificate();
          case Provenance.UnsignedByChoice _ -> "";
        };
    return new LockedRepository(
        snapshot.release().origin(),
        snapshot.spec().suite(),
        snapshot.release().codename(),
        snapshot.release().date(),
        signer);
  }

  /// What vouches for what the archives hold now.
  public List<Evidence> evidence(Consumer<DownloadEvent> listener)
      throws IOException, InterruptedException {
    List<Evidence> all = new ArrayList<>();
    for (RepositorySnapshot snapshot : snapshots(listener)) {
      all.add(client.evidence(snapshot, listener));
    }
    return all;
  }

  /// Gets what is pinned, from any archive that has it: the digest decides, not the place.
  ///
  /// @return the files, in the order of the lock
  /// @throws io.microvisor.packages.fetch.DownloadException naming each package that cannot be had any more
  public List<Path> fetch(Lock lock, Consumer<DownloadEvent> listener)
      throws IOException, InterruptedException {
    return downloader.fetch(lock.packages().stream().map(this::download).toList(), listener);
  }

  private Download download(LockedPackage pinned) {
    return new Download(
        pinned.name() + " " + pinned.version(),
        addresses.of(pinned.origin(), pinned.filename()),
        pinned.size(),
        pinned.sha256());
  }

  /// Unpacks what was fetched.
  ///
  /// @param files as [#fetch] returned them
  public List<UnpackedPackage> unpack(Lock lock, List<Path> files, Unpacker.Progress progress)
      throws IOException, InterruptedException {
    List<Unpacker.Deb> debs = new ArrayList<>();
    for (int i = 0; i < files.size(); i++) {
      LockedPackage pinned = lock.packages().get(i);
      debs.add(
          new Unpacker.Deb(
              pinned.name() + " " + pinned.version(),
              pinned.sha256(),
              ByteSource.of(files.get(i))));
    }
    return new Unpacker(store).unpackAll(debs, progress);
  }

  @Override
  public void close() {
    downloader.close();
  }
}
