package io.microvisor.formats.erofs;

import java.util.Arrays;
import java.util.Optional;

/// Where an inode's data lies (`EROFS_INODE_*`, bits 1 to 3 of `i_format`).
enum DataLayout {
  /// In consecutive blocks, as it is.
  FLAT_PLAIN(0),
  /// In extents, listed by one 8-byte entry for each 4 KiB.
  COMPRESSED_FULL(1),
  /// As `FLAT_PLAIN`, but what follows the last whole block lies behind the inode.
  FLAT_INLINE(2),
  /// In extents, listed in a shorter form.
  COMPRESSED_COMPACT(3),
  /// In chunks.
  CHUNK_BASED(4);

  private final int code;

  DataLayout(int code) {
    this.code = code;
  }

  /// The code point.
  int code() {
    return code;
  }

  /// The layout with this code point, if there is one.
  static Optional<DataLayout> ofCode(int code) {
    return Arrays.stream(values()).filter(layout -> layout.code == code).findFirst();
  }
}
