package io.microvisor.formats.erofs;

/// Where an inode's data lies (`EROFS_INODE_*`, bits 1 to 3 of `i_format`); the ordinal is the code point.
enum DataLayout {
  /// In consecutive blocks, as it is.
  FLAT_PLAIN,
  /// In extents, listed by one 8-byte entry for each 4 KiB.
  COMPRESSED_FULL,
  /// As `FLAT_PLAIN`, but what follows the last whole block lies behind the inode.
  FLAT_INLINE,
  /// In extents, listed in a shorter form.
  COMPRESSED_COMPACT,
  /// In chunks.
  CHUNK_BASED
}
