package io.microvisor.formats.erofs;

import io.microvisor.formats.tree.Inode;

/// The type of an inode as directories name it (`EROFS_FT_*`) and as its mode does.
enum FileType {
  UNKNOWN(0, 0),
  REGULAR(1, 0100000),
  DIRECTORY(2, 0040000),
  CHARACTER_DEVICE(3, 0020000),
  BLOCK_DEVICE(4, 0060000),
  FIFO(5, 0010000),
  SOCKET(6, 0140000),
  SYMLINK(7, 0120000);

  static final int MODE_MASK = 0170000;

  private final int code;
  private final int mode;

  FileType(int code, int mode) {
    this.code = code;
    this.mode = mode;
  }

  /// The code point in directories.
  int code() {
    return code;
  }

  /// The type bits of `i_mode`.
  int mode() {
    return mode;
  }

  static FileType of(Inode inode) {
    return switch (inode) {
      case Inode.Directory _ -> DIRECTORY;
      case Inode.RegularFile _ -> REGULAR;
      case Inode.Symlink _ -> SYMLINK;
      case Inode.Device device ->
          device.kind() == Inode.Device.Kind.BLOCK ? BLOCK_DEVICE : CHARACTER_DEVICE;
      case Inode.Fifo _ -> FIFO;
      case Inode.Socket _ -> SOCKET;
    };
  }

  /// The type with this code point; `UNKNOWN` if there is none.
  static FileType ofCode(int code) {
    for (FileType type : values()) {
      if (type.code == code) {
        return type;
      }
    }
    return UNKNOWN;
  }

  /// The type that `i_mode` names; `UNKNOWN` if it names none.
  static FileType ofMode(int mode) {
    for (FileType type : values()) {
      if (type.mode == (mode & MODE_MASK)) {
        return type;
      }
    }
    return UNKNOWN;
  }
}
