package io.microvisor.packages.unpack;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.ContentSource;
import io.microvisor.bytes.Digest;
import io.microvisor.bytes.FormatException;
import io.microvisor.bytes.Versions;
import io.microvisor.formats.tar.TarReader;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.packages.deb.ControlStanza;
import io.microvisor.store.DamagedException;
import io.microvisor.store.Pack;
import io.microvisor.store.PackWriter;
import io.microvisor.store.Store;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// Unpacks binary packages, each once: the result is kept in the store as one pack under the package's digest and the
/// version of this code.
///
/// The pack holds the tree of data.tar with its contents, and control.tar, expanded, as its note. One package takes no
/// more memory than its tree and control files, the buffers, and at most 80 MiB for the decoder; contents pass through.
public final class Unpacker {
  /// Of what is kept: to be raised with every change of the result for the same package.
  private static final int VERSION = 3;

  /// The same, for what is made of it.
  public static final Versions VERSIONS = Versions.of("unpacker", VERSION);

  private static final long LARGEST_DATA = 64L << 30;
  private static final int MOST_WORKERS = 8;

  /// A package to unpack.
  ///
  /// @param name how errors and progress call it, such as its file name
  /// @param sha256 what the digest of its bytes must be
  public record Deb(String name, Digest sha256, ByteSource bytes) {}

  /// Hears of each package that is ready; called by several threads at once.
  @FunctionalInterface
  public interface Progress {
    /// A package is ready.
    ///
    /// @param reused whether it was in the store already
    void ready(Deb deb, boolean reused);
  }

  private final Store store;

  /// An unpacker that keeps its results in `store`.
  public Unpacker(Store store) {
    this.store = store;
  }

  /// The package with this digest, if it was unpacked before; a damaged result counts as none.
  public Optional<UnpackedPackage> find(Digest sha256) throws IOException {
    try {
      Optional<Pack> pack = store.packs().find(key(sha256));
      return pack.isPresent() ? Optional.of(unpacked(pack.get())) : Optional.empty();
    } catch (FormatException _) {
      return Optional.empty(); // To be unpacked again, in its place.
    }
  }

  /// The contents of the package with this digest, and perhaps others, if it was unpacked before; a damaged result
  /// counts as none.
  public Optional<ContentSource> contents(Digest sha256) throws IOException {
    try {
      return store.packs().contents(key(sha256));
    } catch (FormatException _) {
      return Optional.empty();
    }
  }

  /// Unpacks a package, unless that was done before.
  ///
  /// @throws FormatException if it is broken, or larger than 64 GiB
  public UnpackedPackage unpack(ByteSource deb) throws IOException {
    Digest sha256 = Digest.sha256(deb);
    Optional<UnpackedPackage> known = find(sha256);
    return known.isPresent() ? known.get() : unpackAnew(sha256, deb);
  }

  /// Unpacks packages in parallel, the largest first, except those that were unpacked before.
  ///
  /// @return in the order of `debs`
  /// @throws IOException naming the first package that failed; the others are given up
  public List<UnpackedPackage> unpackAll(List<Deb> debs, Progress progress)
      throws IOException, InterruptedException {
    List<Deb> largestFirst = new ArrayList<>(debs);
    largestFirst.sort(Comparator.comparingLong((Deb deb) -> deb.bytes().size()).reversed());
    Map<Digest, UnpackedPackage> results = new HashMap<>();
    int workers = Math.clamp(Runtime.getRuntime().availableProcessors(), 1, MOST_WORKERS);
    // Platform threads: decoding keeps a core busy for seconds, and would keep a carrier from all
    // other virtual ones.
    try (ExecutorService threads = Executors.newFixedThreadPool(workers)) {
      try {
        ExecutorCompletionService<Ready> unpacking = new ExecutorCompletionService<>(threads);
        largestFirst.forEach(deb -> unpacking.submit(() -> unpackNamed(deb, progress)));
        for (int i = 0; i < debs.size(); i++) {
          Ready ready = unpacking.take().get();
          results.put(ready.sha256(), ready.unpacked());
        }
      } catch (ExecutionException e) {
        throw failure(e);
      } finally {
        threads.shutdownNow();
      }
    }
    return debs.stream().map(deb -> Objects.requireNonNull(results.get(deb.sha256()))).toList();
  }

  private record Ready(Digest sha256, UnpackedPackage unpacked) {}

  private Ready unpackNamed(Deb deb, Progress progress) throws IOException {
    try {
      Optional<UnpackedPackage> known = find(deb.sha256());
      UnpackedPackage unpacked = known.isPresent() ? known.get() : unpackChecked(deb);
      progress.ready(deb, known.isPresent());
      return new Ready(deb.sha256(), unpacked);
    } catch (IOException e) {
      throw new IOException(deb.name() + ": " + e.getMessage(), e);
    }
  }

  private UnpackedPackage unpackChecked(Deb deb) throws IOException {
    if (!Digest.sha256(deb.bytes()).equals(deb.sha256())) {
      throw DamagedException.of("package " + deb.sha256());
    }
    return unpackAnew(deb.sha256(), deb.bytes());
  }

  private UnpackedPackage unpackAnew(Digest sha256, ByteSource deb) throws IOException {
    DebFile file = DebFile.read(deb);
    byte[] control;
    try (InputStream archive = file.control().open(ControlArchive.LARGEST)) {
      control = archive.readAllBytes();
    }
    ControlStanza stanza = ControlArchive.stanza(ControlArchive.read(control)); // Before any work.
    try (PackWriter writer = store.packs().begin(key(sha256));
        InputStream archive = file.data().open(LARGEST_DATA, announced(stanza))) {
      FileTree tree = TarReader.read(archive, writer, BaseAccounts.DEBIAN);
      return unpacked(writer.commit(tree, control));
    }
  }

  /// Installed-Size in bytes; nothing where it is not a number, which is no reason to refuse a package.
  private static long announced(ControlStanza stanza) {
    String kibibytes = stanza.text("Installed-Size");
    return kibibytes.matches("[0-9]{1,12}") ? Long.parseLong(kibibytes) << 10 : 0;
  }

  private static UnpackedPackage unpacked(Pack pack) throws IOException {
    SortedMap<String, byte[]> files = ControlArchive.read(pack.note());
    return new UnpackedPackage(ControlArchive.stanza(files), files, pack.tree(), pack.contents());
  }

  private static Digest key(Digest sha256) {
    return Digest.sha256("unpacked package, version " + VERSION + ": " + sha256.hex());
  }

  private static IOException failure(ExecutionException e) {
    return switch (e.getCause()) {
      case IOException io -> io;
      case RuntimeException ours -> throw ours;
      case Error error -> throw error;
      case null, default -> throw new IllegalStateException("unpacking", e);
    };
  }
}
