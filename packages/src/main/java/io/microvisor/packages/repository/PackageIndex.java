package io.microvisor.packages.repository;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.Digest;
import io.microvisor.bytes.FormatException;
import io.microvisor.bytes.files.FullDiskException;
import io.microvisor.formats.compression.Codec;
import io.microvisor.formats.compression.Decompressor;
import io.microvisor.packages.catalog.LeftOut;
import io.microvisor.packages.catalog.PackageCatalog;
import io.microvisor.packages.catalog.SearchText;
import io.microvisor.packages.catalog.StoredCatalog;
import io.microvisor.packages.deb.Origin;
import io.microvisor.store.Store;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Reads a `Packages` index, once: what comes of it, a catalogue, the text to search in and what was left out, is kept in
/// the store as plain files, and the action cache tells which files are those of an index.
final class PackageIndex {
  private static final int VERSION = 4;
  private static final int LARGEST = 1 << 30;

  private final Store store;

  PackageIndex(Store store) {
    this.store = store;
  }

  /// The downloaded form of an index.
  ///
  /// @param compressed its size and digest are already checked; its name tells the compression
  record Downloaded(IndexFile compressed, Path path) {}

  /// Has an index downloaded.
  @FunctionalInterface
  interface Source {
    /// The index as it was downloaded, now or before.
    Downloaded download() throws IOException, InterruptedException;
  }

  /// The packages of an index, which is downloaded if it was not read before.
  ///
  /// @param plain the uncompressed index, as the Release file describes it
  PackageCatalog read(IndexFile plain, Source source, Origin origin)
      throws IOException, InterruptedException {
    Optional<byte[]> kept = find(catalogKey(plain));
    Optional<byte[]> leftOut = find(leftOutKey(plain));
    if (kept.isPresent() && leftOut.isPresent()) {
      try {
        return catalog(kept.get(), plain, source, origin, leftOut(leftOut.get(), origin));
      } catch (FormatException _) {
        // What is damaged is made anew.
      }
    }
    IndexReader made = make(plain, source, origin);
    return catalog(made.catalog(), plain, source, origin, made.leftOut());
  }

  /// What a Release file would say of the index that is compressed in a file whose digest was checked.
  static IndexFile plain(IndexFile compressed, Path downloaded) throws IOException {
    Codec compression = compression(compressed.path());
    MessageDigest hasher = Digest.hasher();
    long size = 0;
    try (InputStream stream = Decompressor.open(compression, ByteSource.of(downloaded), LARGEST)) {
      byte[] buffer = new byte[1 << 16];
      for (int read; (read = stream.read(buffer)) >= 0; size += read) {
        hasher.update(buffer, 0, read);
      }
    } catch (IOException e) {
      throw new IOException("index " + compressed.path() + ": " + e.getMessage(), e);
    }
    int suffix = compression.suffix().length();
    String path = compressed.path().substring(0, compressed.path().length() - suffix);
    return new IndexFile(path, size, Digest.of(hasher.digest()));
  }

  private PackageCatalog catalog(
      byte[] file, IndexFile plain, Source source, Origin origin, List<LeftOut> leftOut)
      throws FormatException {
    return StoredCatalog.read(
        file, plain.digest(), origin, () -> searchText(plain, source, origin), leftOut);
  }

  /// Two lines each: the name, and what is wrong.
  private static byte[] text(List<LeftOut> leftOut) {
    StringBuilder text = new StringBuilder();
    leftOut.forEach(each -> text.append(each.name() + "\n" + each.what() + "\n"));
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static List<LeftOut> leftOut(byte[] text, Origin origin) throws FormatException {
    List<String> lines = new String(text, StandardCharsets.UTF_8).lines().toList();
    if (lines.size() % 2 != 0) {
      throw FormatException.damaged("list of what is left out", text.length, "it is cut off");
    }
    List<LeftOut> all = new ArrayList<>();
    for (int i = 0; i < lines.size(); i += 2) {
      all.add(new LeftOut(origin, lines.get(i), lines.get(i + 1)));
    }
    return all;
  }

  private SearchText searchText(IndexFile plain, Source source, Origin origin)
      throws IOException, InterruptedException {
    Optional<byte[]> kept = find(searchKey(plain));
    if (kept.isPresent()) {
      try {
        return SearchText.read(kept.get());
      } catch (FormatException _) {
        // What is damaged is made anew.
      }
    }
    return make(plain, source, origin).search();
  }

  private static Digest catalogKey(IndexFile plain) {
    return Digest.sha256("package-catalog-" + VERSION + "\0" + plain.digest());
  }

  private static Digest leftOutKey(IndexFile plain) {
    return Digest.sha256("package-left-out-" + VERSION + "\0" + plain.digest());
  }

  private static Digest searchKey(IndexFile plain) {
    return Digest.sha256("package-search-" + VERSION + "\0" + plain.digest());
  }

  private Optional<byte[]> find(Digest key) throws IOException {
    Optional<Path> file =
        store
            .actions()
            .find(key)
            .filter(value -> value.length == Digest.SIZE)
            .map(Digest::of)
            .flatMap(store.files()::path);
    try {
      return file.isPresent() && Files.size(file.get()) <= LARGEST
          ? Optional.of(Files.readAllBytes(file.get()))
          : Optional.empty();
    } catch (NoSuchFileException _) {
      return Optional.empty(); // Removed since.
    }
  }

  private void keep(Digest key, byte[] content) throws IOException {
    Path file = store.temporary().resolve("index");
    try {
      Files.write(file, content);
    } catch (IOException e) {
      throw FullDiskException.named(file.resolveSibling(""), e);
    }
    store.actions().put(key, store.files().adopt(file).bytes());
  }

  private IndexReader make(IndexFile plain, Source source, Origin origin)
      throws IOException, InterruptedException {
    if (plain.size() > LARGEST) {
      throw new IOException(
          "%s, index %s: %d bytes (expected: at most 1 GiB)"
              .formatted(origin, plain.path(), plain.size()));
    }
    Downloaded downloaded = source.download();
    String name = downloaded.compressed().path();
    IndexReader made;
    try (InputStream text =
            Decompressor.open(compression(name), ByteSource.of(downloaded.path()), LARGEST);
        ReadAhead checked = ReadAhead.of(text, plain)) {
      try {
        made = IndexReader.read(checked, plain.digest(), origin);
      } catch (FormatException e) {
        checked.skipAll(); // That it is not the index that was signed explains more.
        throw e;
      }
    } catch (IOException e) {
      throw new IOException(origin + ", index " + name + ": " + e.getMessage(), e);
    }
    keep(searchKey(plain), made.search().file());
    keep(leftOutKey(plain), text(made.leftOut()));
    keep(catalogKey(plain), made.catalog());
    return made;
  }

  /// How a file of this name is compressed.
  static Codec compression(String name) {
    for (Codec each : Codec.values()) {
      if (each != Codec.NONE && name.endsWith(each.suffix())) {
        return each;
      }
    }
    return Codec.NONE;
  }
}
