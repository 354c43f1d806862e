package io.microvisor.store;

import io.microvisor.bytes.ByteSize;
import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.Digest;
import io.microvisor.bytes.files.FreeSpace;
import io.microvisor.bytes.files.FullDiskException;
import io.microvisor.bytes.files.OwnerOnly;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/// Files from elsewhere by their digest, each a plain file that other programs can be handed.
///
/// A download begins with [#partial], which waits for whoever else downloads the same, continues what an earlier attempt
/// left, and ends with [Partial#commit], which looks at every byte before the file becomes visible.
public final class DownloadedFiles {
  private final DigestDirectory digests;
  private final Path partials;

  DownloadedFiles(DigestDirectory digests, Path partials) {
    this.digests = digests;
    this.partials = partials;
  }

  /// The file whose SHA-256 is `digest`, if it is here. It must not be changed.
  public Optional<Path> path(Digest digest) {
    return digests.find(digest);
  }

  /// The bytes of the file whose SHA-256 is `digest`, if it is here.
  ///
  /// @throws DamagedException if they are others by now; looked at once for each opened store
  public Optional<ByteSource> find(Digest digest) throws IOException {
    Optional<Path> path = path(digest);
    if (path.isEmpty()) {
      return Optional.empty();
    }
    ByteSource bytes = ByteSource.of(path.get());
    new CheckedSource(bytes, digest, digests.sound()).check();
    return Optional.of(bytes);
  }

  /// Refuses downloads for which there is no room: the least that all those need that are not here. What an earlier attempt
  /// left counts.
  ///
  /// @param sizes of all that is wanted, in bytes
  public void checkRoom(Map<Digest, Long> sizes) throws IOException {
    FreeSpace free = FreeSpace.of(partials);
    long needed = 0;
    for (Map.Entry<Digest, Long> each : sizes.entrySet()) {
      if (path(each.getKey()).isEmpty()) {
        Path begun = partials.resolve(each.getKey().hex());
        needed += Math.max(0, each.getValue() - (Files.exists(begun) ? Files.size(begun) : 0));
      }
    }
    FullDiskException.check(partials, new ByteSize(needed), free, "what is still to be downloaded");
  }

  /// The place to download a file to, which may hold the beginning of it from an earlier attempt.
  ///
  /// @throws IOException if it cannot be had; an interrupt while waiting for another process ends up here, too
  public Partial partial(Digest expected) throws IOException {
    return Partial.open(OwnerOnly.directories(partials), expected, digests);
  }

  /// Moves a finished file that was made here, on the same file system, to where its digest finds it. It is not synced: what
  /// a power cut leaves of it is noticed by its digest, and made again.
  ///
  /// @return its digest
  public Digest adopt(Path file) throws IOException {
    Digest digest = Digest.sha256(ByteSource.of(file).stream());
    digests.publishUnsynced(file, digest);
    digests.sound().add(digest);
    return digest;
  }

  /// Moves a finished file of the same file system here.
  ///
  /// @return where it is now
  /// @throws IOException if its digest is another, with both in the message; the file stays where it was
  public Path adopt(Path file, Digest expected) throws IOException {
    Digest found = Digest.sha256(ByteSource.of(file).stream());
    if (!found.equals(expected)) {
      throw new OtherDigestException(found, expected);
    }
    Path published = digests.publish(file, expected);
    digests.sound().add(expected);
    return published;
  }

  /// Removes a file; one that is not there changes nothing.
  public void remove(Digest digest) throws IOException {
    Files.deleteIfExists(digests.path(digest));
  }
}
