package io.microvisor.packages.toolroot;

import io.microvisor.bytes.ContentSource;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.InodeId;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/// Writes a tree into a directory as far as it goes without root: directories, files and links, with the permissions of
/// everyone; owners become ours, setuid bits, attributes and device nodes are left out.
final class DirectoryWriter {
  private static final PosixFilePermission[] BITS = {
    PosixFilePermission.OTHERS_EXECUTE, PosixFilePermission.OTHERS_WRITE,
    PosixFilePermission.OTHERS_READ, PosixFilePermission.GROUP_EXECUTE,
    PosixFilePermission.GROUP_WRITE, PosixFilePermission.GROUP_READ,
    PosixFilePermission.OWNER_EXECUTE, PosixFilePermission.OWNER_WRITE,
    PosixFilePermission.OWNER_READ
  };

  private DirectoryWriter() {}

  /// @param directory exists and is empty
  static void write(FileTree tree, ContentSource contents, Path directory) throws IOException {
    Map<InodeId, Path> written = new HashMap<>();
    for (FileTree.Entry entry : (Iterable<FileTree.Entry>) tree.entries()::iterator) {
      Path path = directory.resolve(entry.path().toString());
      Path first = written.putIfAbsent(entry.id(), path);
      switch (entry.inode()) {
        case Inode.Directory found -> {
          if (!entry.path().isRoot()) {
            Files.createDirectory(path);
          }
          Files.setPosixFilePermissions(path, permissions(found.meta().mode() | 0755));
        }
        case Inode.RegularFile file -> {
          if (first != null) {
            Files.createLink(path, first);
          } else {
            try (InputStream stream = contents.open(file.content()).stream()) {
              Files.copy(stream, path);
            }
            Files.setPosixFilePermissions(path, permissions(file.meta().mode() | 0400));
          }
        }
        case Inode.Symlink link -> Files.createSymbolicLink(path, Path.of(link.target()));
        case Inode.Device _, Inode.Fifo _, Inode.Socket _ -> {}
      }
    }
  }

  private static Set<PosixFilePermission> permissions(int mode) {
    Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
    for (int bit = 0; bit < BITS.length; bit++) {
      if ((mode & 1 << bit) != 0) {
        permissions.add(BITS[bit]);
      }
    }
    return permissions;
  }
}
