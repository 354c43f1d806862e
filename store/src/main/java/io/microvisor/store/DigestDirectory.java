package io.microvisor.store;

import io.microvisor.bytes.Digest;
import io.microvisor.bytes.files.Durable;
import io.microvisor.bytes.files.OwnerOnly;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// A directory of files named by digest, `<2 hex digits>/<62 hex digits>`, in which every visible file is whole.
final class DigestDirectory {
  private final Path directory;
  private final List<Path> others;
  private final Session session;
  private final Set<Digest> found = ConcurrentHashMap.newKeySet();
  private final Set<Digest> sound = ConcurrentHashMap.newKeySet();

  private DigestDirectory(Path directory, List<Path> others, Session session) {
    this.directory = directory;
    this.others = List.copyOf(others);
    this.session = session;
  }

  static DigestDirectory open(Path directory, Session session) throws IOException {
    return open(directory, List.of(), session);
  }

  /// A directory that also finds what is in other directories, and changes nothing there.
  static DigestDirectory open(Path directory, List<Path> others, Session session)
      throws IOException {
    return new DigestDirectory(OwnerOnly.directories(directory), others, session);
  }

  /// Where the file of `digest` is, or would be.
  Path path(Digest digest) {
    return path(directory, digest);
  }

  static Path path(Path directory, Digest digest) {
    String hex = digest.hex();
    return directory.resolve(hex.substring(0, 2)).resolve(hex.substring(2));
  }

  /// The file of `digest`, if it is there. That it was used in this session is kept as its time of modification.
  Optional<Path> find(Digest digest) {
    Optional<Path> here = find(directory, digest);
    for (int i = 0; here.isEmpty() && i < others.size(); i++) {
      here = find(others.get(i), digest);
    }
    return here;
  }

  private Optional<Path> find(Path folder, Digest digest) {
    Path path = path(folder, digest);
    try {
      BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
      if (attributes.lastModifiedTime().compareTo(session.began()) < 0) {
        touch(path);
      }
      if (!attributes.isRegularFile()) {
        return Optional.empty();
      }
      found.add(digest);
      return Optional.of(path);
    } catch (IOException _) {
      return Optional.empty();
    }
  }

  private void touch(Path path) {
    try {
      Files.setLastModifiedTime(path, session.began());
    } catch (IOException _) {
      // Another user's, or read-only: then it may seem unused for longer than it is.
    }
  }

  /// Those contents whose bytes are known to have their digest, because they were hashed on their way here, or since.
  Set<Digest> sound() {
    return sound;
  }

  /// Looks at a file as it is now.
  @FunctionalInterface
  interface Check {
    /// Whether the file of `digest` is what it should be.
    boolean isSound(Path file, Digest digest) throws IOException;
  }

  /// Removes what was found here since this was opened, or put here, and is not sound.
  ///
  /// @return how many files were removed
  int removeDamaged(Check check) throws IOException {
    int removed = 0;
    for (Digest digest : found) {
      Path file = path(digest);
      if (Files.isRegularFile(file) && !check.isSound(file, digest)) {
        Files.deleteIfExists(file);
        sound.remove(digest);
        removed++;
      }
    }
    return removed;
  }

  /// A name for a temporary file that [#publish] can move here.
  Path newFile() {
    return session.newFile();
  }

  /// Syncs a finished file and gives it its final name, in place of what had it.
  Path publish(Path file, Digest digest) throws IOException {
    Durable.sync(file);
    Path target = publishUnsynced(file, digest);
    Durable.syncFolder(target.resolveSibling(""));
    return target;
  }

  /// The same without syncing, for what carries a checksum of its own: a power cut may leave a part of it, or nothing.
  Path publishUnsynced(Path file, Digest digest) throws IOException {
    Path target = path(digest);
    try {
      Durable.rename(file, target);
    } catch (NoSuchFileException _) {
      OwnerOnly.directories(target.resolveSibling(""));
      Durable.rename(file, target);
    }
    found.add(digest);
    return target;
  }
}
