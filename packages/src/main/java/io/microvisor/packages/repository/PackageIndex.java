package io.microvisor.packages.repository;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.Digest;
import io.microvisor.bytes.FormatException;
import io.microvisor.packages.catalog.CatalogWriter;
import io.microvisor.packages.catalog.PackageCatalog;
import io.microvisor.packages.catalog.SearchText;
import io.microvisor.packages.catalog.StoredCatalog;
import io.microvisor.packages.deb.ControlReader;
import io.microvisor.packages.deb.ControlStanza;
import io.microvisor.packages.deb.DebPackage;
import io.microvisor.packages.deb.Origin;
import io.microvisor.packages.unpack.Compression;
import io.microvisor.packages.unpack.Decompressor;
import io.microvisor.store.Store;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Optional;

/// Reads a `Packages` index, once: what comes of it, a catalogue and the text to search in, is kept in the store as plain
/// files, and the action cache tells which files are those of an index.
final class PackageIndex {
  private static final int VERSION = 2;
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
    if (kept.isPresent()) {
      try {
        return catalog(kept.get(), plain, source, origin);
      } catch (FormatException _) {
        // What is damaged is made anew.
      }
    }
    return catalog(make(plain, source, origin).catalog(), plain, source, origin);
  }

  /// What a Release file would say of the index that is compressed in a file whose digest was checked.
  static IndexFile plain(IndexFile compressed, Path downloaded) throws IOException {
    Compression compression = compression(compressed.path());
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

  private PackageCatalog catalog(byte[] file, IndexFile plain, Source source, Origin origin)
      throws FormatException {
    return StoredCatalog.read(
        file, plain.digest(), origin, () -> searchText(plain, source, origin));
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
    return make(plain, source, origin).searchText();
  }

  private static Digest catalogKey(IndexFile plain) {
    return Digest.sha256("package-catalog-" + VERSION + "\0" + plain.digest());
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
    Files.write(file, content);
    store.actions().put(key, store.files().adopt(file).bytes());
  }

  /// What comes of an index.
  @SuppressWarnings("ArrayRecordComponent") // A carrier, never compared.
  private record Made(byte[] catalog, SearchText searchText) {}

  private Made make(IndexFile plain, Source source, Origin origin)
      throws IOException, InterruptedException {
    if (plain.size() > LARGEST) {
      throw FormatException.unsupported(
          "package index", 0, plain.size() + " bytes (expected: at most 1 GiB)");
    }
    Downloaded downloaded = source.download();
    String name = downloaded.compressed().path();
    CatalogWriter catalog = new CatalogWriter();
    SearchText.Writer search = new SearchText.Writer();
    try (InputStream text =
            Decompressor.open(compression(name), ByteSource.of(downloaded.path()), LARGEST);
        ReadAhead checked = ReadAhead.of(text, plain)) {
      ControlReader reader = new ControlReader(checked);
      try {
        for (var next = reader.next(); next.isPresent(); next = reader.next()) {
          ControlStanza stanza = next.get();
          DebPackage item = DebPackage.of(stanza, origin);
          catalog.add(item);
          search.add(item.name(), item.version().toString(), stanza.text("Description"));
        }
      } catch (FormatException e) {
        checked.skipAll(); // That it is not the index that was signed explains more.
        throw e;
      }
    } catch (IOException e) {
      throw new IOException(origin + ", index " + name + ": " + e.getMessage(), e);
    }
    Made made = new Made(catalog.file(plain.digest()), search.text());
    keep(searchKey(plain), made.searchText().file());
    keep(catalogKey(plain), made.catalog());
    return made;
  }

  /// How a file of this name is compressed.
  static Compression compression(String name) {
    for (Compression each : Compression.values()) {
      if (each != Compression.NONE && name.endsWith(each.suffix())) {
        return each;
      }
    }
    return Compression.NONE;
  }
}
