package io.microvisor.store;

import io.microvisor.bytes.files.InterProcessLock;
import io.microvisor.bytes.files.InterProcessLock.Mode;
import io.microvisor.bytes.files.OwnerOnly;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/// One user's corner for unfinished things: `tmp/<number>/`, with a lock file held for as long as the user lives. What a
/// dead process left behind is swept when the next one opens the store, because its lock can then be had.
///
/// Who comes, goes, or looks for others, holds the lock of the file `gate` meanwhile.
final class Session implements Closeable {
  private final Path tmp;
  private final Path directory;
  private final InterProcessLock lock;
  private final FileTime began;
  private final AtomicLong next = new AtomicLong();
  private boolean closed;

  private Session(Path tmp, Path directory, InterProcessLock lock, FileTime began) {
    this.tmp = tmp;
    this.directory = directory;
    this.lock = lock;
    this.began = began;
  }

  /// Opens a new session below `tmp`, after sweeping those whose owner is gone.
  static Session open(Path tmp) throws IOException {
    Path real = OwnerOnly.directories(tmp).toRealPath();
    try (InterProcessLock _ = gate(real)) {
      sweep(real);
      for (int number = 1; ; number++) {
        Path directory = real.resolve(Integer.toString(number));
        try {
          OwnerOnly.directory(directory);
        } catch (FileAlreadyExistsException _) {
          continue; // A living neighbour's.
        }
        return locked(real, directory);
      }
    }
  }

  private static InterProcessLock gate(Path tmp) throws IOException {
    return InterProcessLock.acquire(tmp.resolve("gate"), Mode.EXCLUSIVE);
  }

  private static Session locked(Path tmp, Path directory) throws IOException {
    InterProcessLock lock = InterProcessLock.acquire(directory.resolve("lock"), Mode.EXCLUSIVE);
    boolean opened = false;
    try {
      Session session = new Session(tmp, directory, lock, began(directory));
      opened = true;
      return session;
    } finally {
      if (!opened) {
        lock.close();
      }
    }
  }

  private static void sweep(Path tmp) throws IOException {
    try (DirectoryStream<Path> sessions = Files.newDirectoryStream(tmp, Files::isDirectory)) {
      for (Path session : sessions) {
        removeIfAbandoned(session);
      }
    }
  }

  private static void removeIfAbandoned(Path session) throws IOException {
    Optional<InterProcessLock> abandoned = lockOf(session);
    if (abandoned.isPresent()) {
      try (InterProcessLock _ = abandoned.get()) {
        Trees.delete(session);
      } catch (IOException _) {
        // Someone else's files in an old scratch directory cost room, but must not keep the
        // store from opening.
      }
    }
  }

  /// The lock of a session, if its owner is gone.
  private static Optional<InterProcessLock> lockOf(Path session) throws IOException {
    return InterProcessLock.tryAcquire(session.resolve("lock"), Mode.EXCLUSIVE);
  }

  private static FileTime began(Path session) throws IOException {
    return Files.getLastModifiedTime(session.resolve("lock"));
  }

  /// When this session began, by the file system's clock.
  FileTime began() {
    return began;
  }

  /// When the oldest session that still lives began: this one, another of this process, or another process's.
  FileTime oldestLiving() throws IOException {
    FileTime oldest = began;
    try (InterProcessLock _ = gate(tmp);
        DirectoryStream<Path> sessions = Files.newDirectoryStream(tmp, Files::isDirectory)) {
      for (Path session : sessions) {
        Optional<InterProcessLock> abandoned = lockOf(session);
        if (abandoned.isPresent()) {
          abandoned.get().close();
        } else {
          FileTime other = began(session);
          oldest = other.compareTo(oldest) < 0 ? other : oldest;
        }
      }
    }
    return oldest;
  }

  /// A name for a new temporary file, on the same file system as everything else in the store.
  Path newFile() {
    return directory.resolve("file-" + next.getAndIncrement());
  }

  /// A new empty directory, removed with all it holds when the session ends.
  Path newDirectory() throws IOException {
    return OwnerOnly.directory(directory.resolve("scratch-" + next.getAndIncrement()));
  }

  /// Removes all of it, also on a thread that was interrupted, which could not wait for the gate otherwise.
  @Override
  public synchronized void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    boolean interrupted = Thread.interrupted();
    try (lock;
        InterProcessLock _ = gate(tmp)) {
      Trees.delete(directory);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
