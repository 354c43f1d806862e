package io.microvisor.testkit.faults;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;

/// A folder in which changes can fail. A change is whatever alters a byte, a name or a time, and every sync; they are
/// counted from 1, over all threads. Bytes that are read are counted, too.
public final class FaultyFiles {
  private final Path folder;
  private final FaultyProvider provider;
  private final Journal journal = new Journal();
  private final AtomicLong read = new AtomicLong();
  private long changes;
  private long failAt = Long.MAX_VALUE;
  private Fault fault = Fault.NONE;
  private boolean dead;
  private boolean lockable = true;

  private FaultyFiles(Path folder) {
    this.folder = folder;
    this.provider = new FaultyProvider(this);
  }

  /// A layer over an empty folder.
  public static FaultyFiles over(Path folder) {
    return new FaultyFiles(folder.toAbsolutePath().normalize());
  }

  /// The folder as what is tested sees it.
  public Path root() {
    return provider.wrap(folder);
  }

  /// What is to happen at the change of this number, counted from now on.
  public synchronized FaultyFiles failAt(long number, Fault what) {
    changes = 0;
    failAt = number;
    fault = what;
    return this;
  }

  /// A file system that has no locks, as NFS without a lock service.
  public synchronized FaultyFiles withoutLocks() {
    lockable = false;
    return this;
  }

  /// @throws IOException as the kernel's words become one, if there are no locks
  synchronized void checkLockable() throws IOException {
    if (!lockable) {
      throw new IOException("No locks available");
    }
  }

  /// How many changes there were since the last call of [#failAt].
  public synchronized long changes() {
    return changes;
  }

  /// How many bytes were read from files so far.
  public long bytesRead() {
    return read.get();
  }

  /// Counts what was read; a negative number is the end of a file.
  <N extends Number> N countRead(N bytes) {
    read.addAndGet(Math.max(0, bytes.longValue()));
    return bytes;
  }

  /// Makes, in an empty folder, what is left after a power cut: one of the many possibilities.
  public synchronized void afterPowerCut(Path into, RandomGenerator chance) throws IOException {
    dead = true;
    journal.replay(into, chance);
  }

  /// What a change needs.
  enum Need {
    ROOM,
    NOTHING
  }

  /// A change, as the journal has it.
  @FunctionalInterface
  interface Entry {
    void into(Journal journal);
  }

  /// How much of a change to do.
  enum Portion {
    ALL,
    HALF
  }

  /// A change.
  @FunctionalInterface
  interface Change<T> {
    T run(Portion extent) throws IOException;
  }

  /// Does a change, unless it is to fail.
  synchronized <T> T change(Path path, Need need, Change<T> change) throws IOException {
    checkAlive();
    changes++;
    Fault now = changes == failAt || changes > failAt && lasts(need) ? fault : Fault.NONE;
    return switch (now) {
      case NONE -> change.run(Portion.ALL);
      case BROKEN -> throw failure(path, "Input/output error");
      case TORN -> {
        change.run(Portion.HALF);
        throw failure(path, "Input/output error");
      }
      case FULL -> {
        if (need == Need.NOTHING) {
          yield change.run(Portion.ALL);
        }
        change.run(Portion.HALF);
        throw failure(path, "No space left on device");
      }
      case READ_ONLY -> throw failure(path, "Read-only file system");
      case POWER_CUT -> {
        change.run(Portion.HALF);
        dead = true;
        throw new PowerCut();
      }
    };
  }

  private boolean lasts(Need need) {
    return fault == Fault.READ_ONLY || fault == Fault.FULL && need == Need.ROOM;
  }

  private static IOException failure(Path path, String reason) {
    return new FileSystemException(path.toString(), null, reason);
  }

  synchronized void checkAlive() throws IOException {
    if (dead) {
      throw new PowerCut();
    }
  }

  /// Notes what was done.
  synchronized void note(Entry entry) {
    entry.into(journal);
  }

  /// A path below the folder, as the journal has it.
  String name(Path real) {
    return folder.relativize(real.toAbsolutePath().normalize()).toString();
  }
}
