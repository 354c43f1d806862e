package io.microvisor.formats.tree;

import io.microvisor.bytes.Digest;
import java.nio.charset.StandardCharsets;

/// One file system object. Two paths are hard links of each other when they share one [InodeId] in their tree.
public sealed interface Inode {
  /// Mode, owners, time and attributes.
  Meta meta();

  /// The same object with another [Meta].
  Inode withMeta(Meta meta);

  /// A directory; what lies in it is told by the paths of the tree.
  record Directory(Meta meta) implements Inode {
    @Override
    public Directory withMeta(Meta other) {
      return new Directory(other);
    }
  }

  /// A regular file.
  ///
  /// @param content the SHA-256 of its bytes
  /// @param size their number
  record RegularFile(Meta meta, Digest content, long size) implements Inode {
    /// The content of every empty file.
    public static final Digest EMPTY = Digest.sha256(new byte[0]);

    public RegularFile {
      if (size < 0) {
        throw new IllegalArgumentException("file: size " + size + " (expected: >= 0)");
      }
    }

    @Override
    public RegularFile withMeta(Meta other) {
      return new RegularFile(other, content, size);
    }
  }

  /// A symbolic link.
  ///
  /// @param target what it says, 1 to 4095 bytes in UTF-8
  record Symlink(Meta meta, String target) implements Inode {
    public Symlink {
      int length = target.getBytes(StandardCharsets.UTF_8).length;
      if (length == 0 || length > 4095 || target.indexOf(0) >= 0) {
        throw new IllegalArgumentException(
            "symbolic link: a target of " + length + " bytes (expected: 1 to 4095, no NUL)");
      }
    }

    @Override
    public Symlink withMeta(Meta other) {
      return new Symlink(other, target);
    }
  }

  /// A device node.
  ///
  /// @param major 0 to 4095
  /// @param minor 0 to 1048575
  record Device(Meta meta, Kind kind, int major, int minor) implements Inode {
    /// What sort of device.
    public enum Kind {
      BLOCK,
      CHARACTER
    }

    public Device {
      if (major < 0 || major > 0xfff || minor < 0 || minor > 0xfffff) {
        throw new IllegalArgumentException(
            "device: " + major + ":" + minor + " (expected: at most 4095:1048575)");
      }
    }

    @Override
    public Device withMeta(Meta other) {
      return new Device(other, kind, major, minor);
    }
  }

  /// A named pipe.
  record Fifo(Meta meta) implements Inode {
    @Override
    public Fifo withMeta(Meta other) {
      return new Fifo(other);
    }
  }

  /// A socket's name.
  record Socket(Meta meta) implements Inode {
    @Override
    public Socket withMeta(Meta other) {
      return new Socket(other);
    }
  }
}
