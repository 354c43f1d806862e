package io.microvisor.testkit.faults;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/// All that was changed, in order, to tell what a power cut would leave.
///
/// The model: names are changed in the order in which they were, up to some point, and at least up to the last sync of
/// anything (as journals of file systems do it). The bytes of a file are at least those that it had when it was last
/// synced; of what was written later there is all, nothing, a part, or only its length.
final class Journal {
  /// A file, whatever its name is.
  private static final class Inode {
    final List<Change> changes = new ArrayList<>();
    int synced;
  }

  /// A change of a file's bytes.
  private sealed interface Change {
    record Write(long position, byte[] bytes) implements Change {}

    record Truncate(long size) implements Change {}
  }

  /// A change of names.
  private sealed interface Naming {
    record Folder(String path) implements Naming {}

    record File(String path, Inode inode) implements Naming {}

    record Move(String from, String to) implements Naming {}

    record Delete(String path) implements Naming {}
  }

  private final Map<String, Inode> files = new HashMap<>();
  private final List<Naming> namings = new ArrayList<>();
  private int synced;

  void folder(String path) {
    namings.add(new Naming.Folder(path));
  }

  void file(String path) {
    if (!files.containsKey(path)) {
      Inode inode = new Inode();
      files.put(path, inode);
      namings.add(new Naming.File(path, inode));
    }
  }

  void write(String path, long position, byte[] bytes) {
    inode(path).ifPresent(inode -> inode.changes.add(new Change.Write(position, bytes)));
  }

  void truncate(String path, long size) {
    inode(path).ifPresent(inode -> inode.changes.add(new Change.Truncate(size)));
  }

  void sync(String path) {
    inode(path).ifPresent(inode -> inode.synced = inode.changes.size());
    synced = namings.size();
  }

  void move(String from, String to) {
    inode(from).ifPresent(inode -> files.put(to, inode));
    files.remove(from);
    namings.add(new Naming.Move(from, to));
  }

  void delete(String path) {
    files.remove(path);
    namings.add(new Naming.Delete(path));
  }

  private Optional<Inode> inode(String path) {
    return Optional.ofNullable(files.get(path));
  }

  /// Makes, in an empty folder, what is left.
  void replay(Path into, RandomGenerator chance) throws IOException {
    int end = synced + chance.nextInt(namings.size() - synced + 1);
    Map<String, Optional<Inode>> left = new TreeMap<>();
    for (Naming naming : namings.subList(0, end)) {
      switch (naming) {
        case Naming.Folder(String path) -> left.put(path, Optional.empty());
        case Naming.File(String path, Inode inode) -> left.put(path, Optional.of(inode));
        case Naming.Delete(String path) -> left.remove(path);
        case Naming.Move(String from, String to) -> {
          Optional<Inode> moved = left.remove(from);
          if (moved != null) {
            left.put(to, moved);
          }
        }
      }
    }
    for (Map.Entry<String, Optional<Inode>> each : left.entrySet()) {
      Path path = into.resolve(each.getKey());
      if (each.getValue().isEmpty()) {
        Files.createDirectories(path);
      } else {
        Files.createDirectories(path.getParent());
        write(path, each.getValue().get(), chance);
      }
    }
  }

  private static void write(Path path, Inode inode, RandomGenerator chance) throws IOException {
    int unsynced = inode.changes.size() - inode.synced;
    int kept = inode.synced + (unsynced == 0 ? 0 : chance.nextInt(unsynced + 1));
    boolean torn = chance.nextBoolean();
    boolean zeroed = chance.nextBoolean();
    try (FileChannel file =
        FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      for (int i = 0; i < kept; i++) {
        boolean last = i == kept - 1 && i >= inode.synced;
        switch (inode.changes.get(i)) {
          case Change.Truncate(long size) -> setSize(file, size);
          case Change.Write(long position, byte[] bytes) -> {
            byte[] whole = i >= inode.synced && zeroed ? new byte[bytes.length] : bytes;
            int length = last && torn ? bytes.length / 2 : bytes.length;
            file.write(ByteBuffer.wrap(whole, 0, length), position);
          }
        }
      }
    }
  }

  private static void setSize(FileChannel file, long size) throws IOException {
    if (size < file.size()) {
      file.truncate(size);
    }
  }
}
