package io.microvisor.bytes.files;

import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A lock on a file, held against other processes and against the other threads of this one. The kernel drops it when the
/// process ends, however it ends.
///
/// The kernel's own locks (POSIX, `fcntl`) belong to a process, not to a thread, and that has three traps:
///
/// - Threads of two processes that wait for different locks of each other's look like a deadlock, and one of them is told
///   "Resource deadlock avoided". So nobody here ever waits in the kernel: it is asked whether a lock can be had, again and again.
/// - Closing any descriptor of a file drops the process's locks on it. So what this process holds is in a table, and such a
///   file is never opened a second time.
/// - To the kernel, a second thread of the holder is the holder. The table says otherwise.
///
/// A lock file may be removed by whoever holds its lock exclusively: who waited for it then makes a new one.
public final class InterProcessLock implements Closeable {
  /// Who else may hold it.
  public enum Mode {
    /// Others that share it.
    SHARED,
    /// Nobody.
    EXCLUSIVE
  }

  /// In milliseconds.
  private static final long SHORTEST_PAUSE = 1;

  private static final long LONGEST_PAUSE = 32;

  /// What this process holds, by the file's path; its own monitor guards it.
  private static final Map<Path, Held> HELD = new HashMap<>();

  private static final class Held {
    final FileChannel channel;
    final Mode mode;
    int holders;

    Held(FileChannel channel, Mode mode) {
      this.channel = channel;
      this.mode = mode;
    }
  }

  private final Path file;
  private final Held held;
  private boolean closed;

  private InterProcessLock(Path file, Held held) {
    this.file = file;
    this.held = held;
    held.holders++;
  }

  /// Waits until the lock can be had. The file is made where it is not there; its folder must be.
  ///
  /// @throws InterruptedIOException if the thread is interrupted while it waits
  public static InterProcessLock acquire(Path file, Mode mode) throws IOException {
    Path real = real(file);
    long pause = SHORTEST_PAUSE;
    synchronized (HELD) {
      while (true) {
        Optional<InterProcessLock> lock = attempt(real, mode);
        if (lock.isPresent()) {
          return lock.get();
        }
        try {
          if (HELD.containsKey(real)) {
            HELD.wait();
          } else {
            HELD.wait(pause);
            pause = Math.min(2 * pause, LONGEST_PAUSE);
          }
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          InterruptedIOException stopped =
              new InterruptedIOException(file + ": interrupted while waiting for its lock");
          stopped.initCause(e);
          throw stopped;
        }
      }
    }
  }

  /// The lock, unless somebody holds it: another process, or another thread of this one.
  public static Optional<InterProcessLock> tryAcquire(Path file, Mode mode) throws IOException {
    Path real = real(file);
    synchronized (HELD) {
      return attempt(real, mode);
    }
  }

  private static @Nullable FileLock lock(Path file, FileChannel channel, Mode mode)
      throws IOException {
    try {
      return channel.tryLock(0, Long.MAX_VALUE, mode == Mode.SHARED);
    } catch (IOException e) {
      // ENOLCK, which the JDK tells by the kernel's words alone: NFS without a lock service, for
      // example.
      if (String.valueOf(e.getMessage()).contains("No locks available")) {
        throw new IOException(
            "%s: its file system has no locks (expected: a local one, or one that has them)\n  advice: name a folder on a local disk; for the cache, by EMT_CACHE"
                .formatted(file.resolveSibling("")),
            e);
      }
      throw e;
    }
  }

  /// One path for each file, whatever links lead to its folder.
  private static Path real(Path file) throws IOException {
    Path folder = file.toAbsolutePath().resolveSibling("").toRealPath();
    return folder.resolve(String.valueOf(file.getFileName()));
  }

  private static Optional<InterProcessLock> attempt(Path file, Mode mode) throws IOException {
    Held ours = HELD.get(file);
    if (ours != null) {
      return ours.mode == Mode.SHARED && mode == Mode.SHARED
          ? Optional.of(new InterProcessLock(file, ours))
          : Optional.empty();
    }
    while (true) {
      Optional<Object> before = identity(file);
      FileChannel channel =
          OwnerOnly.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      boolean kept = false;
      try {
        FileLock lock = lock(file, channel, mode);
        if (lock == null) {
          return Optional.empty();
        }
        // Else it was made, or removed, since: what we locked may be nobody's file by now.
        if (before.isPresent() && identity(file).equals(before)) {
          Held held = new Held(channel, mode);
          HELD.put(file, held);
          kept = true;
          return Optional.of(new InterProcessLock(file, held));
        }
      } finally {
        if (!kept) {
          channel.close();
        }
      }
    }
  }

  private static Optional<Object> identity(Path file) throws IOException {
    try {
      return Optional.ofNullable(Files.readAttributes(file, BasicFileAttributes.class).fileKey());
    } catch (NoSuchFileException _) {
      return Optional.empty();
    }
  }

  /// Writes to the file, so that it was last changed now.
  public void touch() throws IOException {
    held.channel.write(ByteBuffer.wrap(new byte[] {'\n'}), 0);
  }

  /// Lets the next one have it.
  @Override
  public void close() throws IOException {
    synchronized (HELD) {
      if (!closed) {
        closed = true;
        held.holders--;
        if (held.holders == 0) {
          HELD.remove(file);
          HELD.notifyAll();
          held.channel.close();
        }
      }
    }
  }
}
