package io.microvisor.formats.verity;

import java.util.List;

/// What [VerityCheck] found.
public sealed interface VerityVerdict {
  /// Every block is what the root hash says.
  record Intact() implements VerityVerdict {}

  /// A block of the tree is not what the root hash, or the level above, says; what lies below it was not looked at.
  ///
  /// @param level its level, 0 for the one that holds the hashes of the data
  /// @param hashBlock its number on the hash device, in blocks of 4096 bytes
  record TreeDamaged(int level, long hashBlock) implements VerityVerdict {}

  /// The tree is sound, but some data is not.
  ///
  /// @param blocks the numbers of all bad data blocks of 4096 bytes, in order, at least one
  record DataDamaged(List<Long> blocks) implements VerityVerdict {
    public DataDamaged {
      blocks = List.copyOf(blocks);
    }
  }
}
