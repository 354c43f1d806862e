package io.microvisor.formats.verity;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.FormatException;
import io.microvisor.bytes.StructReader;
import io.microvisor.bytes.StructWriter;
import java.io.IOException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.UUID;

/// The superblock at the beginning of a hash device (cryptsetup's `struct verity_sb`, version 1), 512 bytes:
///
/// | offset | size | type  | field           |
/// |--------|------|-------|-----------------|
/// | 0      | 8    | bytes | signature       |
/// | 8      | 4    | u32le | version         |
/// | 12     | 4    | u32le | hash_type       |
/// | 16     | 16   | bytes | uuid            |
/// | 32     | 32   | ascii | algorithm       |
/// | 64     | 4    | u32le | data_block_size |
/// | 68     | 4    | u32le | hash_block_size |
/// | 72     | 8    | u64le | data_blocks     |
/// | 80     | 2    | u16le | salt_size       |
/// | 82     | 6    | bytes | _pad1           |
/// | 88     | 256  | bytes | salt            |
/// | 344    | 168  | bytes | _pad2           |
///
/// It has no checksum and no hash covers it: what it says is believed only as far as the root hash confirms it.
///
/// @param spec UUID and salt
/// @param dataBlocks how many blocks of 4096 bytes the tree covers, 1 to [#MOST_DATA_BLOCKS]
public record VeritySuperblock(VeritySpec spec, long dataBlocks) {
  /// The size of a superblock, in bytes.
  public static final int SIZE = 512;

  /// The size of data and hash blocks, in bytes.
  public static final int BLOCK_SIZE = 4096;

  /// The most data blocks: 128 GiB of data, whose leaf hashes take 1 GiB.
  public static final long MOST_DATA_BLOCKS = 1L << 25;

  static final String FORMAT = "verity hash device";

  private static final byte[] SIGNATURE = {'v', 'e', 'r', 'i', 't', 'y', 0, 0};
  private static final int VERSION = 1;
  private static final int HASH_TYPE_NORMAL = 1;
  private static final String ALGORITHM = "sha256";

  public VeritySuperblock {
    if (dataBlocks < 1 || dataBlocks > MOST_DATA_BLOCKS) {
      throw new IllegalArgumentException(
          "verity data: " + dataBlocks + " blocks (expected: 1 to " + MOST_DATA_BLOCKS + ")");
    }
  }

  /// The number of data bytes the tree covers.
  public long dataBytes() {
    return dataBlocks * BLOCK_SIZE;
  }

  /// The 512 bytes.
  public byte[] toBytes() {
    return StructWriter.ofSize(SIZE)
        .at(0)
        .bytes(SIGNATURE)
        .at(8)
        .u32le(VERSION)
        .at(12)
        .u32le(HASH_TYPE_NORMAL)
        .at(16)
        .u64be(spec.uuid().getMostSignificantBits())
        .u64be(spec.uuid().getLeastSignificantBits())
        .at(32)
        .ascii(ALGORITHM, 32)
        .at(64)
        .u32le(BLOCK_SIZE)
        .at(68)
        .u32le(BLOCK_SIZE)
        .at(72)
        .u64le(dataBlocks)
        .at(80)
        .u16le(spec.salt().size())
        .at(82)
        .zeros(6)
        .at(88)
        .bytes(spec.salt().bytes())
        .zeros(Salt.LARGEST - spec.salt().size())
        .at(344)
        .zeros(168)
        .toBytes();
  }

  /// Reads the superblock of a hash device.
  ///
  /// @throws FormatException if there is none, it is damaged, or it says what this toolkit does not understand
  public static VeritySuperblock read(ByteSource hashDevice) throws IOException {
    StructReader in = StructReader.read(FORMAT, hashDevice, 0, SIZE);
    byte[] signature = in.at(0).bytes(SIGNATURE.length);
    if (!Arrays.equals(signature, SIGNATURE)) {
      throw FormatException.notThis(
          FORMAT,
          "no \"verity\" at byte 0, found " + HexFormat.ofDelimiter(" ").formatHex(signature));
    }
    expect(in.at(8), "version", VERSION);
    expect(in.at(12), "hash type", HASH_TYPE_NORMAL);
    UUID uuid = new UUID(in.at(16).u64be(), in.u64be());
    String algorithm = in.at(32).ascii(32);
    if (!algorithm.equals(ALGORITHM)) {
      throw FormatException.unsupported(
          FORMAT, 32, "algorithm \"" + algorithm + "\" (understood: sha256)");
    }
    expect(in.at(64), "data block size", BLOCK_SIZE);
    expect(in.at(68), "hash block size", BLOCK_SIZE);
    long dataBlocks = in.at(72).bounded64le("data_blocks", MOST_DATA_BLOCKS);
    if (dataBlocks == 0) {
      throw FormatException.damaged(FORMAT, 72, "data_blocks 0 (expected: at least 1)");
    }
    int saltSize = in.at(80).u16le();
    if (saltSize > Salt.LARGEST) {
      throw FormatException.damaged(
          FORMAT, 80, "salt_size " + saltSize + " (expected: at most " + Salt.LARGEST + ")");
    }
    Salt salt = Salt.of(in.at(88).bytes(saltSize));
    return new VeritySuperblock(new VeritySpec(uuid, salt), dataBlocks);
  }

  private static void expect(StructReader in, String field, int expected) throws FormatException {
    long position = in.position();
    long found = in.u32le();
    if (found != expected) {
      throw FormatException.unsupported(
          FORMAT, position, field + " " + found + " (understood: " + expected + ")");
    }
  }
}
