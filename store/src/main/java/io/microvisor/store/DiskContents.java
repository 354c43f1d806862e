package io.microvisor.store;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.Digest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/// A [ContentStore] of one file per content, whose digest is looked at before its first byte is handed out.
final class DiskContents implements ContentStore {
  private final DigestDirectory digests;

  DiskContents(DigestDirectory digests) {
    this.digests = digests;
  }

  @Override
  public Optional<ByteSource> find(Digest digest) {
    Optional<Path> path = digests.find(digest);
    if (path.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(new CheckedSource(ByteSource.of(path.get()), digest, digests.sound()));
    } catch (NoSuchFileException _) {
      return Optional.empty(); // Removed in this very moment.
    } catch (IOException e) {
      throw new UncheckedIOException("reading the size of " + path.get(), e);
    }
  }

  @Override
  public Ingest ingest() throws IOException {
    return new DiskIngest(digests);
  }
}
