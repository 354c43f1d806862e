package io.microvisor.compose.pipeline;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.ContentSource;
import io.microvisor.bytes.Digest;
import io.microvisor.compose.plan.BuildEvent;
import io.microvisor.compose.plan.StepId;
import io.microvisor.formats.tree.Inode;
import io.microvisor.packages.install.MergedPackages;
import io.microvisor.packages.install.PackageMerge;
import io.microvisor.packages.lock.Lock;
import io.microvisor.packages.supply.PackageSupply;
import io.microvisor.packages.unpack.UnpackedPackage;
import io.microvisor.store.Actions;
import io.microvisor.store.DamagedException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/// The packages of a lock, fetched and unpacked when something first asks for all of them: a build whose steps are all
/// cached needs none. For the content of one file, the one package that has it is opened, if it was unpacked before.
final class NeededPackages {
  private static final ContentHints NO_HINTS = ContentHints.of(List.of());
  private static final ContentSource NOTHING = ContentSource.of(Map.of());

  private final StepId id;
  private final Lock lock;
  private final PackageSupply supply;
  private final Actions memory;
  private final Consumer<BuildEvent> events;
  private final ReentrantLock once = new ReentrantLock();
  private Optional<Packages> packages = Optional.empty();
  private Optional<MergedPackages> merged = Optional.empty();
  private Optional<ContentHints> hints = Optional.empty();
  private final Map<Digest, ContentSource> opened = new HashMap<>();

  /// @param id what progress is shown under
  /// @param memory remembers which package has which content
  NeededPackages(
      StepId id, Lock lock, PackageSupply supply, Actions memory, Consumer<BuildEvent> events) {
    this.id = id;
    this.memory = memory;
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

  /// The packages laid out in one tree, before any of their scripts runs.
  MergedPackages merged() throws IOException, InterruptedException {
    once.lockInterruptibly();
    try {
      if (merged.isEmpty()) {
        merged = Optional.of(PackageMerge.beforeScripts(unpacked()));
      }
      return merged.get();
    } finally {
      once.unlock();
    }
  }

  /// The contents of their files. What is looked for while the packages cannot be had is an [UncheckedIOException].
  ContentSource contents() {
    return new ContentSource() {
      @Override
      public Optional<ByteSource> find(Digest digest) {
        try {
          return content(digest);
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }

      @Override
      public ByteSource open(Digest digest) throws IOException {
        Optional<ByteSource> content = content(digest);
        if (content.isEmpty()) {
          throw DamagedException.missing("content " + digest);
        }
        return content.get();
      }
    };
  }

  private Optional<ByteSource> content(Digest digest) throws IOException {
    try {
      Optional<ByteSource> hinted = hinted(digest);
      return hinted.isPresent()
          ? hinted
          : Optional.ofNullable(packages().owners().get(digest)).flatMap(each -> each.find(digest));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      InterruptedIOException stopped = new InterruptedIOException("packages: interrupted");
      stopped.initCause(e);
      throw stopped;
    }
  }

  /// The content, out of the one package that should have it; empty if it does not, or if all packages are open anyway.
  private Optional<ByteSource> hinted(Digest digest) throws IOException, InterruptedException {
    once.lockInterruptibly();
    try {
      if (packages.isPresent()) {
        return Optional.empty();
      }
      if (hints.isEmpty()) {
        hints = Optional.of(memory.find(key()).flatMap(ContentHints::parse).orElse(NO_HINTS));
      }
      OptionalInt number = hints.get().find(digest);
      if (number.isEmpty() || number.getAsInt() >= lock.packages().size()) {
        return Optional.empty();
      }
      Digest sha256 = lock.packages().get(number.getAsInt()).sha256();
      if (!opened.containsKey(sha256)) {
        opened.put(sha256, supply.unpacked(sha256).orElse(NOTHING));
      }
      return opened.getOrDefault(sha256, NOTHING).find(digest);
    } finally {
      once.unlock();
    }
  }

  /// Where the hints for this set of packages are remembered.
  private Digest key() {
    return Digest.sha256(
        "content hints 1 "
            + lock.packages().stream()
                .map(each -> each.sha256().hex())
                .collect(Collectors.joining(" ")));
  }

  private void remember(List<UnpackedPackage> unpacked) throws IOException {
    if (memory.find(key()).isEmpty()) {
      byte[] bytes =
          ContentHints.of(unpacked.stream().map(UnpackedPackage::tree).toList()).toBytes();
      if (bytes.length <= Actions.LARGEST_VALUE) {
        memory.put(key(), bytes);
      }
    }
  }

  private Packages packages() throws IOException, InterruptedException {
    once.lockInterruptibly();
    try {
      if (packages.isEmpty()) {
        packages = Optional.of(Packages.of(unpack()));
        remember(packages.get().inOrder());
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
