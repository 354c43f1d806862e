package io.microvisor.compose.build;

import io.microvisor.bytes.ContentSource;
import io.microvisor.bytes.Digest;
import io.microvisor.compose.plan.BuildEvent;
import io.microvisor.compose.plan.StepId;
import io.microvisor.formats.tree.Inode;
import io.microvisor.packages.lock.Lock;
import io.microvisor.packages.supply.PackageSupply;
import io.microvisor.packages.unpack.UnpackedPackage;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/// The packages of a lock, fetched and unpacked when something first asks for them: a build whose steps are all cached
/// needs none.
final class NeededPackages {
  private final StepId id;
  private final Lock lock;
  private final PackageSupply supply;
  private final Consumer<BuildEvent> events;
  private final ReentrantLock once = new ReentrantLock();
  private Optional<Packages> packages = Optional.empty();

  /// @param id what progress is shown under
  NeededPackages(StepId id, Lock lock, PackageSupply supply, Consumer<BuildEvent> events) {
    this.id = id;
    this.lock = lock;
    this.supply = supply;
    this.events = events;
  }

  /// @param inOrder as in the lock
  /// @param owners the source of each content of their files
  private record Packages(List<UnpackedPackage> inOrder, Map<Digest, ContentSource> owners) {
    static Packages of(List<UnpackedPackage> inOrder) {
      Map<Digest, ContentSource> owners = new HashMap<>();
      for (UnpackedPackage each : inOrder) {
        each.tree()
            .entries()
            .forEach(entry -> {
              if (entry.inode() instanceof Inode.RegularFile file) {
                owners.put(file.content(), each.contents());
              }
            });
      }
      return new Packages(inOrder, owners);
    }
  }

  /// The packages, in the order of the lock.
  List<UnpackedPackage> unpacked() throws IOException, InterruptedException {
    return packages().inOrder();
  }

  /// The contents of their files.
  ///
  /// @throws InterruptedIOException if this thread is interrupted while they are fetched or unpacked
  ContentSource contents() throws IOException {
    try {
      Map<Digest, ContentSource> owners = packages().owners();
      return digest -> Optional.ofNullable(owners.get(digest)).flatMap(each -> each.find(digest));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      InterruptedIOException stopped = new InterruptedIOException("packages: interrupted");
      stopped.initCause(e);
      throw stopped;
    }
  }

  private Packages packages() throws IOException, InterruptedException {
    once.lockInterruptibly();
    try {
      if (packages.isEmpty()) {
        packages = Optional.of(Packages.of(unpack()));
      }
      return packages.get();
    } finally {
      once.unlock();
    }
  }

  private List<UnpackedPackage> unpack() throws IOException, InterruptedException {
    events.accept(new BuildEvent.Started(id));
    PackageProgress progress = new PackageProgress(id, lock, events);
    try {
      List<Path> files = supply.fetch(lock, progress::downloading);
      List<UnpackedPackage> unpacked = supply.unpack(lock, files, progress::unpacked);
      events.accept(new BuildEvent.Finished(id, progress.summary()));
      return unpacked;
    } catch (IOException e) {
      events.accept(new BuildEvent.Failed(id, String.valueOf(e.getMessage())));
      throw e;
    }
  }
}
