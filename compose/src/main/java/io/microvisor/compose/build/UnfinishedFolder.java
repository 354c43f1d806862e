package io.microvisor.compose.build;

import io.microvisor.store.Trees;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// A hidden folder for artifacts in the making, `.unfinished-<chance>`, beside their final place. A lock file in it is held
/// for as long as it is in use; what a dead process left is removed by whoever opens the next one.
record UnfinishedFolder(Path path, FileChannel lock) implements Closeable {
  private static final String PREFIX = ".unfinished-";
  private static final String LOCK = ".lock";

  /// Opens a new one, after sweeping those whose owner is gone.
  static UnfinishedFolder open(Path output) throws IOException {
    sweep(output);
    while (true) {
      Path folder = Files.createTempDirectory(output, PREFIX);
      try {
        FileChannel lock = lockFile(folder);
        lock.lock();
        if (Files.exists(folder.resolve(LOCK))) {
          return new UnfinishedFolder(folder, lock);
        }
        lock.close(); // Swept before we had the lock.
      } catch (NoSuchFileException _) {
        // Swept even before the lock was there.
      }
    }
  }

  private static void sweep(Path output) throws IOException {
    try (DirectoryStream<Path> all = Files.newDirectoryStream(output, PREFIX + "*")) {
      for (Path folder : all) {
        if (Files.isDirectory(folder)) {
          removeIfAbandoned(folder);
        }
      }
    }
  }

  private static void removeIfAbandoned(Path folder) throws IOException {
    try (FileChannel channel = lockFile(folder);
        FileLock lock = channel.tryLock()) {
      if (lock != null) {
        Trees.delete(folder);
      }
    } catch (OverlappingFileLockException | NoSuchFileException _) {
      // Another thread's; or its owner removed it just now.
    }
  }

  private static FileChannel lockFile(Path folder) throws IOException {
    return FileChannel.open(
        folder.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
  }

  @Override
  public void close() throws IOException {
    try (lock) {
      Trees.delete(path);
    }
  }
}
