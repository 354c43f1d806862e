package io.microvisor.store;

import io.microvisor.bytes.ByteSize;

/// How much of one kind a store holds.
///
/// @param kind what
/// @param count how many
/// @param size how large they are together
public record Usage(Kind kind, long count, ByteSize size) {
  /// What a store holds, each in a folder of its own.
  public enum Kind {
    /// Downloads, and the large files that steps make.
    FILES,
    /// Unpacked packages.
    PACKS,
    /// File trees, and the contents of files that steps make.
    CONTENTS,
    /// Small results.
    ACTIONS,
    /// Unfinished downloads.
    PARTIAL
  }

  /// What was removed.
  public record Pruned(long count, ByteSize size) {}
}
