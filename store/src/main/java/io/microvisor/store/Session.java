package io.microvisor.store;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/// One user's corner for unfinished things: `tmp/<number>/`, with a lock file held for as long as the user lives. What a
/// dead process left behind is swept when the next one opens the store, because its lock can then be had.
///
/// Locks belong to the process, and closing any descriptor of a file drops them (POSIX `fcntl` locks), so the sessions
/// of this process are remembered here and never probed.
final class Session implements Closeable {
  private static final Set<Path> OURS = new HashSet<>();

  private final Path tmp;
  private final Path directory;
  private final FileChannel lock;
  private final FileTime began;
  private final AtomicLong next = new AtomicLong();

  private Session(Path tmp, Path directory, FileChannel lock, FileTime began) {
    this.tmp = tmp;
    this.directory = directory;
    this.lock = lock;
    this.began = began;
  }

  /// Opens a new session below `tmp`, after sweeping those whose owner is gone.
  static Session open(Path tmp) throws IOException {
    Path real = Files.createDirectories(tmp).toRealPath();
    synchronized (OURS) {
      try (FileChannel gate = openLockFile(real.resolve("gate"));
          FileLock _ = gate.lock()) {
        sweep(real);
        for (int number = 1; ; number++) {
          Path directory = real.resolve(Integer.toString(number));
          try {
            Files.createDirectory(directory);
          } catch (FileAlreadyExistsException _) {
            continue; // A living neighbour's.
          }
          return locked(real, directory);
        }
      }
    }
  }

  private static Session locked(Path tmp, Path directory) throws IOException {
    FileChannel lock = openLockFile(directory.resolve("lock"));
    boolean opened = false;
    try {
      lock.lock();
      Session session = new Session(tmp, directory, lock, began(directory));
      OURS.add(directory);
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
        if (!OURS.contains(session) && isAbandoned(session)) {
          try {
            Trees.delete(session);
          } catch (IOException _) {
            // Someone else's files in an old scratch directory cost room, but must not keep the
            // store from opening.
          }
        }
      }
    }
  }

  private static boolean isAbandoned(Path session) throws IOException {
    try (FileChannel channel = openLockFile(session.resolve("lock"))) {
      FileLock lock = channel.tryLock();
      return lock != null;
    }
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
    synchronized (OURS) {
      try (FileChannel gate = openLockFile(tmp.resolve("gate"));
          FileLock _ = gate.lock();
          DirectoryStream<Path> sessions = Files.newDirectoryStream(tmp, Files::isDirectory)) {
        for (Path session : sessions) {
          if (OURS.contains(session) || !isAbandoned(session)) {
            FileTime other = began(session);
            oldest = other.compareTo(oldest) < 0 ? other : oldest;
          }
        }
      }
    }
    return oldest;
  }

  private static FileChannel openLockFile(Path path) throws IOException {
    return FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
  }

  /// A name for a new temporary file, on the same file system as everything else in the store.
  Path newFile() {
    return directory.resolve("file-" + next.getAndIncrement());
  }

  /// A new empty directory, removed with all it holds when the session ends.
  Path newDirectory() throws IOException {
    return Files.createDirectory(directory.resolve("scratch-" + next.getAndIncrement()));
  }

  /// Removes all of it, also on a thread that was interrupted, which could not lock a file otherwise.
  @Override
  public void close() throws IOException {
    boolean interrupted = Thread.interrupted();
    try {
      synchronized (OURS) {
        if (OURS.contains(directory)) {
          try (lock;
              FileChannel gate = openLockFile(tmp.resolve("gate"));
              FileLock _ = gate.lock()) {
            Trees.delete(directory);
          } finally {
            OURS.remove(directory);
          }
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
