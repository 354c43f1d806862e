package io.microvisor.formats.verity;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.Digest;
import io.microvisor.bytes.RandomSink;
import io.microvisor.bytes.Versions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The hash tree of some data: its root hash, and the hash device to write.
///
/// It is held in memory, 1/127 of the data.
public final class VerityTree {
  /// Raised when the same input gives other bytes.
  public static final Versions VERSIONS = Versions.of("verity", 1);

  private static final int BLOCK = VeritySuperblock.BLOCK_SIZE;

  private final VeritySuperblock superblock;
  private final VerityLayout layout;
  private final List<byte[]> levels;
  private final Digest rootHash;

  private VerityTree(
      VeritySuperblock superblock, VerityLayout layout, List<byte[]> levels, Digest rootHash) {
    this.superblock = superblock;
    this.layout = layout;
    this.levels = levels;
    this.rootHash = rootHash;
  }

  /// Hashes data, on all cores.
  ///
  /// @param data a multiple of 4096 bytes, at least 4096
  /// @throws IllegalArgumentException if the data is of any other size
  public static VerityTree of(ByteSource data, VeritySpec spec)
      throws IOException, InterruptedException {
    if (data.size() % BLOCK != 0 || data.size() == 0) {
      throw new IllegalArgumentException(
          "verity data: " + data.size() + " bytes (expected: a multiple of 4096, not 0)");
    }
    VeritySuperblock superblock = new VeritySuperblock(spec, data.size() / BLOCK);
    VerityLayout layout = VerityLayout.of(superblock.dataBlocks());
    List<byte[]> levels = new ArrayList<>();
    byte[] hashes = BlockHasher.hash(data, spec.salt());
    for (VerityLayout.Level level : layout.levels()) {
      byte[] blocks = Arrays.copyOf(hashes, Math.toIntExact(level.sizeBytes()));
      levels.add(blocks);
      hashes = BlockHasher.hash(ByteSource.of(blocks), spec.salt());
    }
    return new VerityTree(superblock, layout, levels, Digest.of(hashes));
  }

  /// The hash that stands for all of the data.
  public Digest rootHash() {
    return rootHash;
  }

  /// What the hash device's superblock says.
  public VeritySuperblock superblock() {
    return superblock;
  }

  /// The size of the hash device, in bytes.
  public long sizeBytes() {
    return layout.sizeBytes();
  }

  /// The salted hash of a data block.
  ///
  /// @param block its number, from 0
  public Digest leaf(long block) {
    int at = Math.toIntExact(block * Digest.SIZE);
    return levels.isEmpty()
        ? rootHash
        : Digest.of(Arrays.copyOfRange(levels.getFirst(), at, at + Digest.SIZE));
  }

  /// Writes the hash device: the superblock, then the tree from its top.
  public void write(RandomSink hashDevice) throws IOException {
    hashDevice.setSize(sizeBytes());
    hashDevice.write(0, ByteBuffer.wrap(superblock.toBytes()));
    for (int i = levels.size() - 1; i >= 0; i--) {
      hashDevice.write(layout.levels().get(i).startBytes(), ByteBuffer.wrap(levels.get(i)));
    }
  }
}
