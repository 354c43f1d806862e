package io.microvisor.packages.toolroot;

import io.microvisor.bytes.ByteSize;
import io.microvisor.bytes.files.FullDiskException;
import io.microvisor.bytes.files.InterProcessLock.Mode;
import io.microvisor.bytes.files.InterProcessLock;
import io.microvisor.bytes.files.OwnFolder;
import io.microvisor.bytes.files.OwnerOnly;
import io.microvisor.store.Retention;
import io.microvisor.store.Trees;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/// The directory that holds all tool roots.
///
/// | name | what |
/// |---|---|
/// | `<key>` | a tool root |
/// | `<key>.used` | written to whenever it is opened, so its time is that of the last use; locked, shared, by every process that opened it, and exclusively while it is made or removed; never removed itself, since someone may wait for it |
/// | `unfinished-<key>` | one in the making, or in the unmaking; swept by the next one who makes or prunes |
public final class ToolRoots {
  private static final String USED = ".used";
  private static final Pattern KEY = Pattern.compile("[0-9a-f]{64}");
  private static final String UNFINISHED = "unfinished-";

  /// The locks of those this process uses, which it does until it ends.
  private static final Map<Path, InterProcessLock> OURS = new ConcurrentHashMap<>();

  private final Path folder;

  /// @param folder need not exist
  public ToolRoots(Path folder) {
    this.folder = folder;
  }

  /// How many there are.
  ///
  /// @param size of all their files together
  public record Amount(int count, ByteSize size) {}

  private record Root(Path path, Instant used, long size) {}

  /// Makes a tool root.
  @FunctionalInterface
  interface Making {
    /// Fills an empty directory.
    void into(Path directory) throws IOException, InterruptedException;
  }

  /// A tool root that cannot be pruned while this process lives; made if it is not there.
  Path open(String key, Making making) throws IOException, InterruptedException {
    OwnFolder.open(folder, name -> KEY.matcher(name).find());
    Path path = folder.resolve(key);
    while (!OURS.containsKey(path) || !Files.isDirectory(path)) {
      letGo(path); // Somebody removed it by hand.
      // Shared first: others may use it for hours.
      InterProcessLock shared = InterProcessLock.acquire(mark(path), Mode.SHARED);
      boolean kept = false;
      try {
        if (Files.isDirectory(path)) {
          shared.touch();
          kept = OURS.putIfAbsent(path, shared) == null;
          return path;
        }
      } finally {
        if (!kept) {
          shared.close();
        }
      }
      try (InterProcessLock _ = InterProcessLock.acquire(mark(path), Mode.EXCLUSIVE)) {
        if (!Files.isDirectory(path)) {
          make(path, making);
        }
      }
    }
    return path;
  }

  private static void letGo(Path path) throws IOException {
    InterProcessLock ours = OURS.remove(path);
    if (ours != null) {
      ours.close();
    }
  }

  private Path mark(Path path) throws IOException {
    OwnerOnly.directories(folder);
    return path.resolveSibling(path.getFileName() + USED);
  }

  private void make(Path path, Making making) throws IOException, InterruptedException {
    Path unfinished = path.resolveSibling(UNFINISHED + path.getFileName());
    if (Files.isDirectory(unfinished)) {
      Trees.delete(unfinished); // Of a process that died: we have the lock.
    }
    try {
      making.into(Files.createDirectory(unfinished));
      Files.move(unfinished, path, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw FullDiskException.named(folder, e);
    } finally {
      if (Files.isDirectory(unfinished)) {
        Trees.delete(unfinished);
      }
    }
  }

  /// How many there are, and how large.
  public Amount amount() throws IOException {
    return amount(roots());
  }

  private static Amount amount(List<Root> roots) {
    return new Amount(roots.size(), new ByteSize(roots.stream().mapToLong(Root::size).sum()));
  }

  /// Removes what need not be kept, the longest unused first; what any living process uses stays, and so do folders that
  /// are none of ours.
  ///
  /// @param really whether to remove it, or only to tell what would go
  /// @throws io.microvisor.bytes.files.UntrustedFolderException if others can have put there what would be removed
  public Amount prune(Retention retention, boolean really) throws IOException {
    OwnFolder.check(folder);
    List<Root> all = new ArrayList<>(roots());
    all.sort(Comparator.comparing(Root::used).thenComparing(Root::path));
    long left = all.stream().mapToLong(Root::size).sum();
    List<Root> gone = new ArrayList<>();
    for (Root root : all) {
      boolean wanted =
          !root.used().isBefore(retention.usedSince()) && left <= retention.most().bytes();
      if (!wanted && remove(root.path(), really)) {
        left -= root.size();
        gone.add(root);
      }
    }
    return amount(gone);
  }

  /// @return whether it could, or could have
  private boolean remove(Path root, boolean really) throws IOException {
    Optional<InterProcessLock> free;
    try {
      free = InterProcessLock.tryAcquire(mark(root), Mode.EXCLUSIVE);
    } catch (AccessDeniedException _) {
      return false;
    }
    if (free.isEmpty()) {
      return false;
    }
    try (InterProcessLock _ = free.get()) {
      if (really) {
        // Gone at once for everyone else, and a sign for whoever finds it half removed.
        Path unfinished = root.resolveSibling(UNFINISHED + root.getFileName());
        if (Files.isDirectory(unfinished)) {
          Trees.delete(unfinished);
        }
        if (Files.isDirectory(root)) {
          Files.move(root, unfinished, StandardCopyOption.ATOMIC_MOVE);
          Trees.delete(unfinished);
        }
      }
      return true;
    } catch (AccessDeniedException _) {
      return false;
    }
  }

  /// Those that are whole, and what is left of others, which counts as unused for ever.
  private List<Root> roots() throws IOException {
    List<Root> roots = new ArrayList<>();
    if (!Files.isDirectory(folder)) {
      return roots;
    }
    try (DirectoryStream<Path> all = Files.newDirectoryStream(folder, Files::isDirectory)) {
      for (Path each : all) {
        String name = String.valueOf(each.getFileName());
        boolean unfinished = name.startsWith(UNFINISHED);
        String key = unfinished ? name.substring(UNFINISHED.length()) : name;
        if (KEY.matcher(key).matches()) {
          Path root = folder.resolve(key);
          roots.add(new Root(root, unfinished ? Instant.MIN : used(root), size(each)));
        }
      }
    }
    return roots;
  }

  private static Instant used(Path root) throws IOException {
    try {
      return Files.getLastModifiedTime(root.resolveSibling(root.getFileName() + USED)).toInstant();
    } catch (NoSuchFileException _) {
      return Files.getLastModifiedTime(root).toInstant(); // From before there were marks.
    }
  }

  private static long size(Path root) throws IOException {
    long[] size = {0};
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            size[0] += attributes.isRegularFile() ? attributes.size() : 0;
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException failure) {
            return FileVisitResult.CONTINUE; // Removed just now, or another user's.
          }
        });
    return size[0];
  }
}
