package io.microvisor.compose.pipeline;

import io.microvisor.bytes.files.InterProcessLock;
import io.microvisor.bytes.files.InterProcessLock.Mode;
import io.microvisor.store.Trees;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/// A hidden folder for artifacts in the making, `.unfinished-<chance>`, beside their final place. A lock file in it is held
/// for as long as it is in use; what a dead process left is removed by whoever opens the next one.
record UnfinishedFolder(Path path, InterProcessLock lock) implements Closeable {
  private static final String PREFIX = ".unfinished-";
  private static final String LOCK = ".lock";

  /// Opens a new one, after sweeping those whose owner is gone.
  static UnfinishedFolder open(Path output) throws IOException {
    sweep(output);
    while (true) {
      Path folder = Files.createTempDirectory(output, PREFIX);
      try {
        return new UnfinishedFolder(
            folder, InterProcessLock.acquire(folder.resolve(LOCK), Mode.EXCLUSIVE));
      } catch (NoSuchFileException _) {
        // Swept before we had the lock.
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
    try {
      Optional<InterProcessLock> abandoned =
          InterProcessLock.tryAcquire(folder.resolve(LOCK), Mode.EXCLUSIVE);
      if (abandoned.isPresent()) {
        try (InterProcessLock _ = abandoned.get()) {
          Trees.delete(folder);
        }
      }
    } catch (NoSuchFileException | DirectoryNotEmptyException _) {
      // Its owner removed it just now, or only just made it.
    }
  }

  @Override
  public void close() throws IOException {
    try (lock) {
      Trees.delete(path);
    }
  }
}
