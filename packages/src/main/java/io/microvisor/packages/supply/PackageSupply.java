package io.microvisor.packages.supply;

import io.microvisor.bytes.ByteSource;
import io.microvisor.packages.deb.DebPackage;
import io.microvisor.packages.fetch.Download;
import io.microvisor.packages.fetch.DownloadEvent;
import io.microvisor.packages.fetch.Downloader;
import io.microvisor.packages.fetch.Network;
import io.microvisor.packages.lock.Lock;
import io.microvisor.packages.lock.LockedPackage;
import io.microvisor.packages.lock.LockedRepository;
import io.microvisor.packages.repository.ArchiveAddresses;
import io.microvisor.packages.repository.FolderIndex;
import io.microvisor.packages.repository.LocalFolder;
import io.microvisor.packages.repository.LocalPackages;
import io.microvisor.packages.repository.Pin;
import io.microvisor.packages.repository.Priorities;
import io.microvisor.packages.repository.Provenance;
import io.microvisor.packages.repository.Repository;
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
  private final List<RepositorySpec> archives;
  private final List<LocalFolder> folders;
  private final Downloader downloader;
  private final RepositoryClient client;
  private final PinnedAddresses addresses;
  private Optional<List<RepositorySnapshot>> snapshots = Optional.empty();
  private Optional<List<LocalPackages>> locals = Optional.empty();

  /// @param repositories what to ask, in order of preference for equal versions; archives before folders
  /// @param network how to reach them
  /// @param now what Release files' validity is measured against
  public PackageSupply(
      Store store, List<? extends Repository> repositories, Network network, Instant now) {
    this.store = store;
    this.archives = only(RepositorySpec.class, repositories);
    this.folders = only(LocalFolder.class, repositories);
    this.downloader = new Downloader(network, store, Thread::sleep);
    this.client = new RepositoryClient(downloader, store, now);
    this.addresses = new PinnedAddresses(new ArchiveAddresses(archives), folders);
  }

  private static <T> List<T> only(Class<T> kind, List<? extends Repository> repositories) {
    return repositories.stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  /// What the archives hold now; asked once.
  public List<RepositorySnapshot> snapshots(Consumer<DownloadEvent> listener)
      throws IOException, InterruptedException {
    if (snapshots.isEmpty()) {
      snapshots = Optional.of(client.refresh(archives, listener));
    }
    return snapshots.get();
  }

  /// What the folders hold now; read once.
  public List<LocalPackages> locals() throws IOException, InterruptedException {
    if (locals.isEmpty()) {
      FolderIndex index = new FolderIndex(store);
      List<LocalPackages> read = new ArrayList<>();
      for (LocalFolder folder : folders) {
        read.add(index.read(folder));
      }
      locals = Optional.of(List.copyOf(read));
    }
    return locals.get();
  }

  /// Chooses packages for wishes out of what the repositories hold now, without pins.
  public Resolution<DebPackage> solve(
      List<Wish> wishes, DebPolicy policy, Consumer<DownloadEvent> listener)
      throws IOException, InterruptedException {
    return solve(wishes, policy, List.of(), listener);
  }

  /// Chooses packages for wishes out of what the repositories hold now.
  ///
  /// @param policy whose pin gives way to [Priorities]
  /// @param pins what is preferred, first come first served
  public Resolution<DebPackage> solve(
      List<Wish> wishes, DebPolicy policy, List<Pin> pins, Consumer<DownloadEvent> listener)
      throws IOException, InterruptedException {
    List<DebPackage> all = new ArrayList<>();
    snapshots(listener).forEach(snapshot -> all.addAll(snapshot.packages()));
    locals().forEach(local -> all.addAll(local.packages()));
    Priorities priorities = Priorities.of(snapshots(listener), locals(), pins);
    return Solver.solve(DebUniverse.of(all, policy.withPin(priorities)), wishes);
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

  /// Gets what is pinned, from any archive that has it: the digest decides, not the place.
  ///
  /// @return the files, in the order of the lock
  /// @throws IOException naming each package of a folder that is another now
  /// @throws io.microvisor.packages.fetch.DownloadException naming each package that cannot be had any more
  public List<Path> fetch(Lock lock, Consumer<DownloadEvent> listener)
      throws IOException, InterruptedException {
    addresses.check(lock);
    List<Download> wanted = new ArrayList<>();
    for (LockedPackage pinned : lock.packages()) {
      wanted.add(
          new Download(
              pinned.name() + " " + pinned.version(),
              addresses.of(pinned),
              pinned.size(),
              pinned.sha256()));
    }
    return downloader.fetch(wanted, listener);
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
