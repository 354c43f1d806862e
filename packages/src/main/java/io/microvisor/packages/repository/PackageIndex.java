package io.microvisor.packages.repository;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import io.microvisor.bytes.Digest;
import io.microvisor.bytes.FormatException;
import io.microvisor.packages.deb.ControlReader;
import io.microvisor.packages.deb.DebPackage;
import io.microvisor.packages.deb.Origin;
import io.microvisor.store.Actions;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Reads a `Packages` index. Of Debian's 57 MB the fields we use are less than half; that half is kept in the action
/// cache, keyed by the index's digest, so that the next reader neither inflates nor hashes the rest.
final class PackageIndex {
  private static final int FILTER_VERSION = 1;
  private static final int LARGEST = 1 << 30;
  private static final int CHUNKS = 4;
  private static final int ZSTD_LEVEL = 3;

  private final Actions cache;

  PackageIndex(Actions cache) {
    this.cache = cache;
  }

  /// The packages of an index that was read before.
  ///
  /// @param plain the uncompressed index, as the Release file describes it
  /// @return empty if it has to be downloaded
  Optional<List<DebPackage>> find(IndexFile plain, Origin origin)
      throws IOException, InterruptedException {
    Optional<byte[]> cached = cache.find(key(plain)).flatMap(PackageIndex::inflate);
    return cached.isPresent() ? Optional.of(parse(cached.get(), plain, origin)) : Optional.empty();
  }

  /// The packages of a downloaded index, which is kept for [#find].
  ///
  /// @param plain the uncompressed index, as the Release file describes it
  /// @param compressed the same as it was downloaded, size and digest already checked; its name tells the compression
  List<DebPackage> read(IndexFile plain, IndexFile compressed, Path downloaded, Origin origin)
      throws IOException, InterruptedException {
    byte[] wanted = filter(plain, compressed, downloaded);
    List<DebPackage> packages = parse(wanted, plain, origin);
    byte[] kept = Zstd.compress(wanted, ZSTD_LEVEL);
    if (kept.length <= Actions.LARGEST_VALUE) {
      cache.put(key(plain), kept);
    }
    return packages;
  }

  /// What a Release file would say of the index that is compressed in a file whose digest was checked.
  static IndexFile plain(IndexFile compressed, Path downloaded) throws IOException {
    IndexCompression compression = IndexCompression.of(compressed.path());
    MessageDigest hasher = Digest.hasher();
    long size = 0;
    try (InputStream file = Files.newInputStream(downloaded);
        InputStream stream = compression.expand(file)) {
      byte[] buffer = new byte[1 << 16];
      for (int read; (read = stream.read(buffer)) >= 0; size += read) {
        hasher.update(buffer, 0, read);
        if (size > LARGEST) {
          throw FormatException.unsupported(
              "package index", 0, "more than 1 GiB (expected: at most 1 GiB)");
        }
      }
    } catch (IOException e) {
      throw new IOException("index " + compressed.path() + ": " + e.getMessage(), e);
    }
    int suffix = compression.suffix().length();
    String path = compressed.path().substring(0, compressed.path().length() - suffix);
    return new IndexFile(path, size, Digest.of(hasher.digest()));
  }

  private static Digest key(IndexFile plain) {
    return Digest.sha256("packages-index-" + FILTER_VERSION + "\0" + plain.digest());
  }

  private static Optional<byte[]> inflate(byte[] kept) {
    try {
      long size = Zstd.getFrameContentSize(kept);
      return size < 0 || size > LARGEST
          ? Optional.empty()
          : Optional.of(Zstd.decompress(kept, (int) size));
    } catch (ZstdException _) {
      return Optional.empty(); // A damaged cache entry is none.
    }
  }

  private static byte[] filter(IndexFile plain, IndexFile compressed, Path downloaded)
      throws IOException {
    if (plain.size() > LARGEST) {
      throw FormatException.unsupported(
          "package index", 0, plain.size() + " bytes (expected: at most 1 GiB)");
    }
    try (InputStream file = Files.newInputStream(downloaded);
        InputStream stream = IndexCompression.of(compressed.path()).expand(file)) {
      return FieldFilter.run(stream, plain);
    } catch (IOException e) {
      throw new IOException("index " + compressed.path() + ": " + e.getMessage(), e);
    }
  }

  private static List<DebPackage> parse(byte[] text, IndexFile plain, Origin origin)
      throws IOException, InterruptedException {
    List<Future<List<DebPackage>>> parts = new ArrayList<>();
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      int from = 0;
      for (int chunk = 1; chunk <= CHUNKS; chunk++) {
        int to = chunk == CHUNKS ? text.length : stanzaEnd(text, from, chunk);
        int start = from;
        parts.add(executor.submit(() -> parse(text, start, to, origin)));
        from = to;
      }
      List<DebPackage> all = new ArrayList<>();
      for (Future<List<DebPackage>> part : parts) {
        all.addAll(part.get());
      }
      return all;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof FormatException damaged) {
        throw new IOException(origin + " " + plain.path() + ": " + damaged.getMessage(), damaged);
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  /// The end of the stanza in which a quarter, a half ... of the text lies.
  private static int stanzaEnd(byte[] text, int from, int chunk) {
    int at = Math.max(from, (int) ((long) text.length * chunk / CHUNKS));
    while (at + 1 < text.length && !(text[at] == '\n' && text[at + 1] == '\n')) {
      at++;
    }
    return Math.min(at + 2, text.length);
  }

  private static List<DebPackage> parse(byte[] text, int from, int to, Origin origin)
      throws IOException {
    List<DebPackage> packages = new ArrayList<>();
    try (ControlReader reader =
        new ControlReader(new ByteArrayInputStream(text, from, to - from))) {
      for (var next = reader.next(); next.isPresent(); next = reader.next()) {
        packages.add(DebPackage.of(next.get(), origin));
      }
    }
    return packages;
  }
}
