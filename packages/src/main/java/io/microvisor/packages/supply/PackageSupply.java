package io.microvisor.packages.supply;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.ContentSource;
import io.microvisor.bytes.Digest;
import io.microvisor.packages.catalog.LeftOut;
import io.microvisor.packages.catalog.PackageCatalog;
import io.microvisor.packages.deb.DebPackage;
import io.microvisor.packages.deb.Origin;
import io.microvisor.packages.fetch.Download;
import io.microvisor.packages.fetch.DownloadEvent;
import io.microvisor.packages.fetch.Downloader;
import io.microvisor.packages.fetch.Network;
import io.microvisor.packages.lock.Lock;
import io.microvisor.packages.lock.LockedPackage;
import io.microvisor.packages.lock.LockedRepository;
import io.microvisor.packages.repository.AddressIndex;
import io.microvisor.packages.repository.Evidence;
import io.microvisor.packages.repository.FolderIndex;
import io.microvisor.packages.repository.LocalFolder;
import io.microvisor.packages.repository.LocalPackages;
import io.microvisor.packages.repository.MirrorLists;
import io.microvisor.packages.repository.Pin;
import io.microvisor.packages.repository.Priorities;
import io.microvisor.packages.repository.Provenance;
import io.microvisor.packages.repository.Repository;
import io.microvisor.packages.repository.RepositoryClient;
import io.microvisor.packages.repository.RepositorySnapshot;
import io.microvisor.packages.repository.RepositorySpec;
import io.microvisor.packages.repository.Sha512Files;
import io.microvisor.packages.repository.SinglePackages;
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
import java.net.URI;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Packages from archives, by wish or by lock.
public final class PackageSupply implements Closeable {
  /// The name that a wish begins with.
  private static final Pattern WISHED_NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9+.-]*");

  private final Store store;
  private final List<RepositorySpec> archives;
  private final List<Repository> unindexed;
  private final Downloader downloader;
  private final RepositoryClient client;
  private final MirrorLists mirrors;
  private Optional<List<RepositorySnapshot>> snapshots = Optional.empty();
  private Optional<List<LocalPackages>> locals = Optional.empty();

  /// @param repositories what to ask, in order of preference for equal versions; archives before folders
  /// @param network how to reach them
  /// @param now what Release files' validity is measured against
  public PackageSupply(
      Store store, List<? extends Repository> repositories, Network network, Instant now) {
    this.store = store;
    this.archives = only(RepositorySpec.class, repositories);
    this.unindexed =
        repositories.stream()
            .filter(each -> !(each instanceof RepositorySpec))
            .map(Repository.class::cast)
            .toList();
    this.downloader = new Downloader(network, store, Thread::sleep);
    this.client = new RepositoryClient(downloader, store, now);
    this.mirrors = new MirrorLists(downloader, store.actions());
  }

  private static <T> List<T> only(Class<T> kind, List<? extends Repository> repositories) {
    return repositories.stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  /// What the archives hold now; asked once.
  public List<RepositorySnapshot> snapshots(Consumer<DownloadEvent> listener)
      throws IOException, InterruptedException {
    if (snapshots.isEmpty()) {
      snapshots = Optional.of(client.refresh(mirrors.forIndexes(archives), listener));
    }
    return snapshots.get();
  }

  /// What the repositories without metadata hold now: folders, and single packages. Read once.
  public List<LocalPackages> locals() throws IOException, InterruptedException {
    if (locals.isEmpty()) {
      List<LocalPackages> read = new ArrayList<>();
      for (Repository repository : unindexed) {
        read.add(
            switch (repository) {
              case LocalFolder folder -> new FolderIndex(store).read(folder);
              case SinglePackages single -> new AddressIndex(downloader, store).read(single);
              case RepositorySpec archive -> throw new IllegalStateException(archive.name());
            });
      }
      locals = Optional.of(List.copyOf(read));
    }
    return locals.get();
  }

  /// What deserves mention about the repositories, once they were asked.
  public List<String> notes() {
    List<String> notes = new ArrayList<>();
    snapshots.ifPresent(all -> all.forEach(snapshot -> notes.addAll(snapshot.notes())));
    locals.ifPresent(all -> all.forEach(local -> notes.addAll(local.notes())));
    return notes;
  }

  /// Chooses packages for wishes out of what the repositories hold now, without pins.
  public Resolution<DebPackage> solve(
      List<Wish> wishes, DebPolicy policy, Consumer<DownloadEvent> listener)
      throws IOException, InterruptedException {
    return solve(wishes, policy, List.of(), Kept.NOTHING, listener);
  }

  /// Chooses packages for wishes out of what the repositories hold now.
  ///
  /// @param policy whose pin gives way to [Priorities]
  /// @param pins what is preferred, first come first served
  /// @param kept what of an earlier choice is preferred to everything
  public Resolution<DebPackage> solve(
      List<Wish> wishes,
      DebPolicy policy,
      List<Pin> pins,
      Kept kept,
      Consumer<DownloadEvent> listener)
      throws IOException, InterruptedException {
    Priorities priorities = Priorities.of(snapshots(listener), locals(), pins);
    PackageCatalog all =
        PackageCatalog.joined(List.of(PackageCatalog.of(kept.packages()), packages(listener)));
    Resolution<DebPackage> resolution =
        Solver.solve(DebUniverse.of(all, policy.withPin(kept.before(priorities))), wishes);
    if (resolution instanceof Resolution.Solved<DebPackage> solved) {
      refuseInPlaceOfBroken(solved);
    }
    return withAdvice(resolution, all, listener);
  }

  /// Refuses packages where a folder has a broken file that may be meant to be one of them: who put it there would get another
  /// package than his own.
  private void refuseInPlaceOfBroken(Resolution.Solved<DebPackage> solved)
      throws IOException, InterruptedException {
    List<String> broken = new ArrayList<>();
    for (Pick<DebPackage> pick : solved.picks()) {
      for (LocalPackages local : locals()) {
        for (LeftOut each : local.leftOut()) {
          if (each.name().equals(pick.item().name())) {
            broken.add(
                "%s/%s; %s %s of %s would take its place"
                    .formatted(
                        local.repository().name(),
                        each.what(),
                        pick.item().name(),
                        pick.item().version(),
                        pick.item().origin()));
          }
        }
      }
    }
    if (!broken.isEmpty()) {
      throw new IOException(
          String.join("\n", broken)
              + "\n  advice: remove what does not belong from the folder, or build it again");
    }
  }

  /// Looks for packages that nobody has in those components of the archives that are not used. They are fetched only
  /// now, and if they cannot be had there is no advice.
  private Resolution<DebPackage> withAdvice(
      Resolution<DebPackage> resolution, PackageCatalog all, Consumer<DownloadEvent> listener)
      throws IOException, InterruptedException {
    if (!(resolution instanceof Resolution.Misunderstood<DebPackage>(var unknown))) {
      return resolution;
    }
    List<Resolution.Unknown> advised = new ArrayList<>();
    for (Resolution.Unknown each : unknown) {
      Matcher name = WISHED_NAME.matcher(each.wish().text());
      List<String> places = new ArrayList<>();
      if (name.lookingAt() && all.named(name.group()).length == 0) {
        for (RepositorySnapshot snapshot : snapshots(listener)) {
          PackageCatalog unused = client.unused(snapshot, listener);
          unused.packages(name.group()).stream()
              .map(DebPackage::origin)
              .distinct()
              .map(origin -> place(snapshot.spec(), origin))
              .forEach(places::add);
        }
      }
      advised.add(
          places.isEmpty()
              ? each
              : new Resolution.Unknown(
                  each.wish(), each.what() + "; " + String.join("; ", places), List.of()));
    }
    return new Resolution.Misunderstood<>(advised);
  }

  /// The specifications of the distribution's own archive are named after their suites.
  private static String place(RepositorySpec spec, Origin origin) {
    return "%s has it: add %s to %s"
        .formatted(
            origin,
            origin.component(),
            spec.name().equals(spec.suite())
                ? "archive.components"
                : "component in " + spec.name());
  }

  /// What the repositories hold now, as one catalogue.
  public PackageCatalog packages(Consumer<DownloadEvent> listener)
      throws IOException, InterruptedException {
    List<PackageCatalog> all = new ArrayList<>();
    snapshots(listener).forEach(snapshot -> all.add(snapshot.packages()));
    locals().forEach(local -> all.add(local.catalog()));
    return PackageCatalog.joined(all);
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
    List<LockedPackage> packages = new ArrayList<>();
    for (Pick<DebPackage> pick : solved.picks()) {
      packages.add(locked(pick.item(), listener));
    }
    return new Lock(
        architecture,
        inputs,
        snapshots(listener).stream().map(PackageSupply::locked).toList(),
        packages);
  }

  /// Pins a package. What an archive lists by SHA-512 alone is fetched for that, as locks pin by SHA-256.
  private LockedPackage locked(DebPackage item, Consumer<DownloadEvent> listener)
      throws IOException, InterruptedException {
    LockedPackage pinned = LockedPackage.of(item);
    if (item.sha512().isEmpty()) {
      return pinned;
    }
    List<URI> addresses = new ArrayList<>();
    for (RepositorySnapshot snapshot : snapshots(listener)) {
      if (snapshot.origins().contains(item.origin())) {
        addresses.addAll(snapshot.spec().addresses(item.filename()));
      }
    }
    String subject = item.name() + " " + item.version();
    return pinned.with(
        new Sha512Files(downloader, store).sha256(subject, addresses, item.size(), item.sha512()));
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

  /// Gets what is pinned, from the repositories it was pinned from.
  ///
  /// @return the files, in the order of the lock
  /// @throws IOException naming each package of a folder that is another now
  /// @throws io.microvisor.packages.fetch.DownloadException naming each package that cannot be had any more
  public List<Path> fetch(Lock lock, Consumer<DownloadEvent> listener)
      throws IOException, InterruptedException {
    return fetch(lock, lock.packages(), listener);
  }

  /// The same for some of its packages.
  public List<Path> fetch(Lock lock, List<LockedPackage> pins, Consumer<DownloadEvent> listener)
      throws IOException, InterruptedException {
    check(pins);
    PinnedAddresses addresses = addresses(lock, pins);
    List<Download> wanted = new ArrayList<>();
    for (LockedPackage pinned : pins) {
      wanted.add(
          new Download(
              pinned.name() + " " + pinned.version(),
              addresses.of(pinned),
              pinned.size(),
              pinned.sha256()));
    }
    return downloader.fetch(wanted, listener);
  }

  /// Refuses pins of a folder that has other files now.
  ///
  /// @throws IOException naming each of them
  public void check(List<LockedPackage> pins) throws IOException {
    PinnedAddresses.check(pins, only(LocalFolder.class, unindexed));
  }

  /// Mirror lists are not asked for when everything is here already.
  private PinnedAddresses addresses(Lock lock, List<LockedPackage> pins)
      throws IOException, InterruptedException {
    boolean here =
        pins.stream().allMatch(pinned -> store.files().path(pinned.sha256()).isPresent());
    return new PinnedAddresses(
        here ? archives : mirrors.forPackages(archives),
        lock.repositories(),
        only(LocalFolder.class, unindexed),
        only(SinglePackages.class, unindexed));
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

  /// The contents of the package with this digest, and perhaps others, if it was unpacked before.
  public Optional<ContentSource> unpacked(Digest sha256) throws IOException {
    return new Unpacker(store).contents(sha256);
  }

  @Override
  public void close() {
    downloader.close();
  }
}
