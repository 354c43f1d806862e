package io.microvisor.formats.verity;

import io.microvisor.bytes.Digest;
import java.util.ArrayList;
import java.util.List;

/// Where the levels of a tree are on the hash device.
///
/// Block 0 holds the superblock. The level with one block follows, then each next lower one; the lowest, level 0, holds
/// the hashes of the data and comes last. Data of one block has no level at all: its hash is the root hash.
///
/// @param levels the levels from the lowest
public record VerityLayout(List<Level> levels) {
  /// How many hashes fit a hash block.
  public static final int HASHES_PER_BLOCK = VeritySuperblock.BLOCK_SIZE / Digest.SIZE;

  /// One level.
  ///
  /// @param firstBlock its first block on the hash device
  /// @param blocks how many it has
  public record Level(long firstBlock, long blocks) {
    long startBytes() {
      return firstBlock * VeritySuperblock.BLOCK_SIZE;
    }

    long sizeBytes() {
      return blocks * VeritySuperblock.BLOCK_SIZE;
    }
  }

  /// The layout for data of so many blocks.
  public static VerityLayout of(long dataBlocks) {
    List<Long> sizes = new ArrayList<>();
    for (long below = dataBlocks; below > 1; below = sizes.getLast()) {
      sizes.add(Math.ceilDiv(below, (long) HASHES_PER_BLOCK));
    }
    List<Level> levels = new ArrayList<>();
    long next = 1;
    for (long size : sizes.reversed()) {
      levels.addFirst(new Level(next, size));
      next += size;
    }
    return new VerityLayout(List.copyOf(levels));
  }

  /// The size of the hash device, the superblock's block included, in bytes.
  public long sizeBytes() {
    return levels.isEmpty()
        ? VeritySuperblock.BLOCK_SIZE
        : levels.getFirst().startBytes() + levels.getFirst().sizeBytes();
  }
}
