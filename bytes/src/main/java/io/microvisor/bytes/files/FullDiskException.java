package io.microvisor.bytes.files;

import io.microvisor.bytes.ByteSize;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// A disk has no room for what is to be written to a folder, or our quota of it has none.
///
/// The JDK tells this only by the kernel's words, and for most writes without any path. So whoever knows the folder passes
/// what failed through [#named].
public final class FullDiskException extends IOException {
  private static final long serialVersionUID = 1;

  private final String folder;
  private final String what;

  private FullDiskException(Path folder, String what) {
    super(folder + ": " + what);
    this.folder = folder.toString();
    this.what = what;
  }

  /// The folder.
  public Path folder() {
    return Path.of(folder);
  }

  /// What is wrong with it.
  public String what() {
    return what;
  }

  /// Refuses to begin what cannot be finished.
  ///
  /// @param needed at least
  /// @param free what was free before `needed` was known: somebody else may be at the same work
  /// @param why what needs it
  public static void check(Path folder, ByteSize needed, FreeSpace free, String why)
      throws FullDiskException {
    if (free.size().isPresent() && free.size().get().compareTo(needed) < 0) {
      throw new FullDiskException(
          folder,
          "%s free on its disk (expected: at least %s, for %s)"
              .formatted(free.size().get(), needed, why));
    }
  }

  /// A failure to write to a folder: one of these if its disk is full and nobody said so yet, else the failure itself.
  public static IOException named(Path folder, IOException failure) {
    for (Throwable each : causes(failure)) {
      if (each instanceof FullDiskException) {
        return failure;
      }
      Optional<FullDiskError> error = FullDiskError.of(each);
      if (error.isPresent()) {
        return of(folder, error.get(), failure);
      }
    }
    return failure;
  }

  /// The full disk that is behind a failure, if one is and its folder is known.
  public static Optional<FullDiskException> behind(Throwable failure) {
    for (Throwable each : causes(failure)) {
      if (each instanceof FullDiskException full) {
        return Optional.of(full);
      }
      if (each instanceof FileSystemException at && at.getFile() != null) {
        Optional<FullDiskError> error = FullDiskError.of(at);
        if (error.isPresent()) {
          Path folder = Path.of(at.getFile()).toAbsolutePath().resolveSibling("");
          return Optional.of(of(folder, error.get(), at));
        }
      }
    }
    return Optional.empty();
  }

  private static FullDiskException of(Path folder, FullDiskError error, IOException failure) {
    FullDiskException full =
        new FullDiskException(
            folder,
            switch (error) {
              case NO_ROOM ->
                  "its disk is full"
                      + now(folder).map(size -> ", " + size + " free now").orElse("")
                      + " (expected: room for what is written there)";
              case QUOTA -> "the quota of its disk is used up (expected: room in the quota)";
            });
    full.initCause(failure);
    return full;
  }

  private static Optional<ByteSize> now(Path folder) {
    try {
      return FreeSpace.of(folder).size();
    } catch (IOException | UnsupportedOperationException _) {
      return Optional.empty(); // The message is true without it.
    }
  }

  /// From the outermost on; causes may go in circles.
  private static List<Throwable> causes(Throwable failure) {
    Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    List<Throwable> all = new ArrayList<>();
    for (Throwable at = failure; at != null && seen.add(at); at = at.getCause()) {
      all.add(at);
    }
    return all;
  }
}
