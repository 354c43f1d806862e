package io.microvisor.systemtests;

import io.microvisor.packages.fetch.Network;
import io.microvisor.packages.install.MergedPackages;
import io.microvisor.packages.install.PackageMerge;
import io.microvisor.packages.repository.AptSources;
import io.microvisor.packages.repository.MirrorDiscovery;
import io.microvisor.packages.repository.RepositorySnapshot;
import io.microvisor.packages.repository.RepositorySpec;
import io.microvisor.packages.supply.PackageSupply;
import io.microvisor.packages.supply.SuiteProvider;
import io.microvisor.packages.unpack.UnpackedPackage;
import io.microvisor.store.Store;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// Debian trixie, from the archives that this machine's apt uses, with everything kept in the [TestCache].
public final class Archive implements Closeable {
  /// What tests are made with.
  public static final String SUITE = "trixie";

  private final Store store;
  private final PackageSupply supply;
  private final Network network;

  private Archive(Store store, PackageSupply supply, Network network) {
    this.store = store;
    this.supply = supply;
    this.network = network;
  }

  /// Opens the archive; the test ends, see [Absent], if this machine's apt knows none.
  public static Archive open() throws IOException {
    AptSources apt = AptSources.of(Path.of("/etc/apt"));
    List<RepositorySpec> repositories;
    try {
      repositories = new MirrorDiscovery(SUITE, List.of("main"), "amd64").among(apt);
    } catch (IOException e) {
      throw Absent.oracle(String.valueOf(e.getMessage()));
    }
    Store store = Store.open(TestCache.directory());
    Network network = apt.network();
    return new Archive(
        store, new PackageSupply(store, repositories, network, Instant.now()), network);
  }

  /// Where packages come from.
  public PackageSupply supply() {
    return supply;
  }

  /// Where everything is kept.
  public Store store() {
    return store;
  }

  /// How the archives are reached.
  public Network network() {
    return network;
  }

  /// Supplies tool roots.
  public SuiteProvider provider() {
    return new SuiteProvider(supply, store, SUITE, _ -> {});
  }

  /// What the archives hold now; the test ends, see [Absent], if none answers.
  public List<RepositorySnapshot> snapshots() throws InterruptedException {
    try {
      return supply.snapshots(_ -> {});
    } catch (IOException e) {
      throw Absent.oracle("no archive answers: " + e.getMessage());
    }
  }

  /// One package, unpacked, without those it depends on.
  public MergedPackages unpacked(String name) throws IOException, InterruptedException {
    snapshots();
    List<UnpackedPackage> wanted = new ArrayList<>();
    for (UnpackedPackage each : provider().choose(List.of(name)).unpacked()) {
      if (each.control().required("Package").equals(name)) {
        wanted.add(each);
      }
    }
    return PackageMerge.merge(wanted);
  }

  @Override
  public void close() throws IOException {
    supply.close();
    store.close();
  }
}
