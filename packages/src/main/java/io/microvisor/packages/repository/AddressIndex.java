package io.microvisor.packages.repository;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.Digest;
import io.microvisor.packages.deb.DebPackage;
import io.microvisor.packages.fetch.Downloader;
import io.microvisor.packages.fetch.Small;
import io.microvisor.packages.fetch.Validators;
import io.microvisor.store.Partial;
import io.microvisor.store.Store;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Makes the index of [SinglePackages]: each is fetched, unless its digest was stated and it is in the store, and
/// described as an index would.
public final class AddressIndex {
  /// The largest package that comes from a server without its size being known before, in bytes: 256 MiB.
  private static final int LARGEST = 256 << 20;

  private final Downloader downloader;
  private final Store store;
  private final DebStanza stanzas;

  /// An index that keeps what it fetched in `store`.
  public AddressIndex(Downloader downloader, Store store) {
    this.downloader = downloader;
    this.store = store;
    this.stanzas = new DebStanza(store.actions());
  }

  /// The packages, for their architecture and for `all`.
  ///
  /// @throws IOException if one cannot be had, has another digest than was stated, or is no package
  public LocalPackages read(SinglePackages repository) throws IOException, InterruptedException {
    List<DebPackage> packages = new ArrayList<>();
    List<String> notes = new ArrayList<>();
    for (SinglePackages.Address address : repository.addresses()) {
      Path file = file(address);
      DebPackage item;
      try {
        item = stanzas.read(file, address.filename(), repository.origin());
      } catch (IOException e) {
        throw new IOException(address.uri() + ": " + e.getMessage(), e);
      }
      if (item.architecture().equals("all")
          || item.architecture().equals(repository.architecture())) {
        packages.add(item);
      } else {
        notes.add(
            "%s: for %s, left out (expected: %s or all)"
                .formatted(address.uri(), item.architecture(), repository.architecture()));
      }
    }
    return new LocalPackages(repository, repository.origin(), packages, List.of(), notes);
  }

  private Path file(SinglePackages.Address address) throws IOException, InterruptedException {
    Optional<Path> known = address.stated().flatMap(store.files()::path);
    if (known.isPresent()) {
      return known.get();
    }
    return address.uri().getScheme().equals("file")
        ? fromFile(address, Path.of(address.uri()))
        : fromServer(address);
  }

  private static Path fromFile(SinglePackages.Address address, Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new IOException(address.uri() + ": no such file (expected: a package)");
    }
    check(address, Digest.sha256(ByteSource.of(file)));
    return file;
  }

  private Path fromServer(SinglePackages.Address address) throws IOException, InterruptedException {
    URI uri = address.uri();
    Small answer = downloader.small(address.filename(), uri, LARGEST, Validators.NONE);
    if (!(answer instanceof Small.Fresh(byte[] content, Validators _))) {
      throw new IOException(uri + ": it is not there (expected: a package)");
    }
    Digest digest = Digest.sha256(content);
    check(address, digest);
    try (Partial partial = store.files().partial(digest)) {
      partial.keep(0);
      partial.write(ByteBuffer.wrap(content));
      return partial.commit();
    }
  }

  private static void check(SinglePackages.Address address, Digest found) throws IOException {
    Optional<Digest> stated = address.stated();
    if (stated.isPresent() && !stated.get().equals(found)) {
      throw new IOException(
          address.uri() + ": its digest is " + found + " (expected: " + stated.get() + ")");
    }
  }
}
