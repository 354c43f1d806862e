package io.microvisor.store;

import io.microvisor.bytes.Digest;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Set;

/// A download that is not finished; one owner at a time has it, across threads and processes. Closing it keeps the bytes
/// for the next attempt.
public final class Partial implements Closeable {
  private static final Set<Path> OURS = new HashSet<>();

  private final Path path;
  private final Path lockFile;
  private final FileChannel lock;
  private final Digest expected;
  private final Shelf shelf;
  private boolean closed;

  private Partial(Path path, Path lockFile, FileChannel lock, Digest expected, Shelf shelf) {
    this.path = path;
    this.lockFile = lockFile;
    this.lock = lock;
    this.expected = expected;
    this.shelf = shelf;
  }

  static Partial open(Path directory, Digest expected, Shelf shelf) throws IOException {
    Path path = directory.toRealPath().resolve(expected.hex());
    Path lockFile = path.resolveSibling(expected.hex() + ".lock");
    claim(lockFile);
    boolean locked = false;
    FileChannel lock =
        FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      lock.lock();
      locked = true;
      return new Partial(path, lockFile, lock, expected, shelf);
    } finally {
      if (!locked) {
        lock.close();
        release(lockFile);
      }
    }
  }

  private static void claim(Path lockFile) throws IOException {
    synchronized (OURS) {
      while (!OURS.add(lockFile)) {
        try {
          OURS.wait();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new IOException("waiting for another download of " + lockFile.getFileName(), e);
        }
      }
    }
  }

  private static void release(Path lockFile) {
    synchronized (OURS) {
      OURS.remove(lockFile);
      OURS.notifyAll();
    }
  }

  /// Where the bytes go; there may be no file yet, or the beginning of one.
  public Path path() {
    return path;
  }

  /// How many bytes are there already.
  public long size() throws IOException {
    return Files.isRegularFile(path) ? Files.size(path) : 0;
  }

  /// Makes the finished file visible in the store, unless another process was faster.
  ///
  /// @return where it is now
  /// @throws IOException if its digest is another than expected, with both in the message; the bytes are discarded then
  public Path commit() throws IOException {
    if (closed) {
      throw new IllegalStateException("download: used after its end");
    }
    Path target = shelf.path(expected);
    if (!Files.exists(path) && Files.isRegularFile(target)) {
      return target;
    }
    Digest found;
    try (InputStream stream = Files.newInputStream(path)) {
      found = Digest.sha256(stream);
    }
    if (!found.equals(expected)) {
      Files.delete(path);
      throw DiskIngest.mismatch(found, expected);
    }
    return shelf.publish(path, expected);
  }

  /// Lets the next one go on; what was downloaded and not committed stays.
  @Override
  public void close() throws IOException {
    if (!closed) {
      closed = true;
      lock.close();
      release(lockFile);
    }
  }
}
