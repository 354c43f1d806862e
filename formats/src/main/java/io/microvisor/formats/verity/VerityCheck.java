package io.microvisor.formats.verity;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.Digest;
import io.microvisor.bytes.FormatException;
import io.microvisor.bytes.StructReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Verifies data against a hash device and a root hash, as the kernel would, but all of it at once.
public final class VerityCheck {
  private VerityCheck() {}

  /// Verifies the tree from its top, then all data blocks, on all cores.
  ///
  /// @param data the data device; it may be larger than what the tree covers
  /// @param hashDevice the hash device; it may be larger than the tree
  /// @throws FormatException if there is no superblock, or either device is too small for what it says
  public static VerityVerdict check(ByteSource data, ByteSource hashDevice, Digest rootHash)
      throws IOException, InterruptedException {
    VeritySuperblock superblock = VeritySuperblock.read(hashDevice);
    if (data.size() < superblock.dataBytes()) {
      throw FormatException.damaged(
          "verity data",
          data.size(),
          "ends here (expected: " + superblock.dataBytes() + " bytes; truncated?)");
    }
    Salt salt = superblock.spec().salt();
    VerityLayout layout = VerityLayout.of(superblock.dataBlocks());
    byte[] expected = rootHash.bytes();
    for (int i = layout.levels().size() - 1; i >= 0; i--) {
      VerityLayout.Level level = layout.levels().get(i);
      byte[] blocks =
          StructReader.read(
                  VeritySuperblock.FORMAT,
                  hashDevice,
                  level.startBytes(),
                  Math.toIntExact(level.sizeBytes()))
              .bytes(Math.toIntExact(level.sizeBytes()));
      byte[] found = BlockHasher.hash(ByteSource.of(blocks), salt);
      List<Long> bad = differences(expected, found);
      if (!bad.isEmpty()) {
        return new VerityVerdict.TreeDamaged(i, level.firstBlock() + bad.getFirst());
      }
      expected = blocks;
    }
    byte[] found = BlockHasher.hash(data.slice(0, superblock.dataBytes()), salt);
    List<Long> bad = differences(expected, found);
    return bad.isEmpty() ? new VerityVerdict.Intact() : new VerityVerdict.DataDamaged(bad);
  }

  /// The numbers of the hashes of `found` that `expected` has otherwise.
  private static List<Long> differences(byte[] expected, byte[] found) {
    List<Long> differences = new ArrayList<>();
    for (int at = 0; at < found.length; at += Digest.SIZE) {
      if (!Arrays.equals(expected, at, at + Digest.SIZE, found, at, at + Digest.SIZE)) {
        differences.add((long) at / Digest.SIZE);
      }
    }
    return differences;
  }
}
