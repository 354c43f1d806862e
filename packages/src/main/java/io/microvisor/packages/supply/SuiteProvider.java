package io.microvisor.packages.supply;

import io.microvisor.bytes.Digest;
import io.microvisor.packages.deb.DebPackage;
import io.microvisor.packages.fetch.DownloadEvent;
import io.microvisor.packages.fetch.DownloadException;
import io.microvisor.packages.lock.Lock;
import io.microvisor.packages.lock.LockFile;
import io.microvisor.packages.lock.LockedPackage;
import io.microvisor.packages.solver.Resolution;
import io.microvisor.packages.solver.Wish;
import io.microvisor.packages.solver.deb.DebPolicy;
import io.microvisor.packages.toolroot.PackageProvider;
import io.microvisor.packages.unpack.UnpackedPackage;
import io.microvisor.store.Store;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/// Supplies tool roots. The choice for some wishes is remembered in the store and kept for as long as its packages can be
/// had, so that tools do not change under a user from day to day.
public final class SuiteProvider implements PackageProvider {
  private static final String ARCHITECTURE = "amd64";

  private final PackageSupply supply;
  private final Store store;
  private final String suite;
  private final Consumer<DownloadEvent> listener;

  /// @param suite what the supply's archives serve, such as `trixie`
  public SuiteProvider(
      PackageSupply supply, Store store, String suite, Consumer<DownloadEvent> listener) {
    this.supply = supply;
    this.store = store;
    this.suite = suite;
    this.listener = listener;
  }

  @Override
  public PackageSet choose(List<String> wishes) throws IOException, InterruptedException {
    Digest key =
        Digest.sha256("tool root choice 1 " + suite + " " + wishes.stream().sorted().toList());
    Optional<byte[]> remembered = store.actions().find(key);
    if (remembered.isPresent()) {
      Lock lock =
          LockFile.parse(new String(remembered.get(), StandardCharsets.UTF_8), "tool root choice");
      try {
        supply.fetch(lock, listener);
        return new LockedSet(lock);
      } catch (DownloadException _) {
        // Mirrors drop old versions: choose anew.
      }
    }
    Lock lock = solve(wishes);
    store.actions().put(key, LockFile.text(lock).getBytes(StandardCharsets.UTF_8));
    return new LockedSet(lock);
  }

  private Lock solve(List<String> wishes) throws IOException, InterruptedException {
    List<Wish> wanted = wishes.stream().map(Wish::of).toList();
    return switch (supply.solve(wanted, DebPolicy.of(ARCHITECTURE), listener)) {
      case Resolution.Solved<DebPackage> solved ->
          supply.lock(solved, ARCHITECTURE, wishes, listener);
      case Resolution.Unsolvable<DebPackage> unsolvable ->
          throw new IOException("tools: " + unsolvable.message());
      case Resolution.Misunderstood<DebPackage> unknown ->
          throw new IOException(
              unknown.wishes().stream()
                  .map(Resolution.Unknown::message)
                  .collect(Collectors.joining("\n", "tools: ", "")));
      case Resolution.GaveUp<DebPackage> gaveUp ->
          throw new IOException("tools: no choice found in " + gaveUp.steps() + " steps");
    };
  }

  private final class LockedSet implements PackageSet {
    private final Lock lock;

    LockedSet(Lock lock) {
      this.lock = lock;
    }

    @Override
    public Digest key() {
      return Digest.sha256(
          lock.packages().stream()
              .map(pinned -> pinned.sha256().hex())
              .collect(Collectors.joining("\n")));
    }

    @Override
    public SortedMap<String, String> versions() {
      SortedMap<String, String> versions = new TreeMap<>();
      for (LockedPackage pinned : lock.packages()) {
        versions.put(pinned.name(), pinned.version().toString());
      }
      return versions;
    }

    @Override
    public List<UnpackedPackage> unpacked() throws IOException, InterruptedException {
      return supply.unpack(lock, supply.fetch(lock, listener), (deb, reused) -> {});
    }
  }
}
