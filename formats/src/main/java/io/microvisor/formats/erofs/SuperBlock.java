package io.microvisor.formats.erofs;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.FormatException;
import io.microvisor.bytes.StructReader;
import io.microvisor.bytes.StructWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.UUID;
import java.util.zip.CRC32C;
import java.io.IOException;

/// The superblock, `struct erofs_super_block`, at byte 1024.
///
/// | offset | size | field | value |
/// |---|---|---|---|
/// | 0 | 4 | magic | 0xe0f5e1e2 |
/// | 4 | 4 | checksum | CRC-32C of bytes 1024 to 4095 with this field zero, not inverted at the end |
/// | 8 | 4 | feature_compat | 1 checksum, 2 mtime |
/// | 12 | 1 | blkszbits | 12 |
/// | 13 | 1 | sb_extslots | 0 |
/// | 14 | 2 | root_nid | |
/// | 16 | 8 | inos | number of inodes |
/// | 24 | 8 | epoch | modification time of compact inodes, seconds |
/// | 32 | 4 | fixed_nsec | 0 |
/// | 36 | 4 | blocks | of the whole image |
/// | 40 | 4 | meta_blkaddr | where nid 0 would be |
/// | 44 | 4 | xattr_blkaddr | 0 |
/// | 48 | 16 | uuid | |
/// | 64 | 16 | volume_name | |
/// | 80 | 4 | feature_incompat | 1 zero padding, 2 compression configs and big pclusters, 0x20 fragments |
/// | 84 | 2 | available_compr_algs | 8 zstd |
/// | 86 | 2 | extra_devices | 0 |
/// | 88 | 2 | devt_slotoff | 0 |
/// | 90 | 1 | dirblkbits | 0 |
/// | 91 | 1 | xattr_prefix_count | 0 |
/// | 92 | 4 | xattr_prefix_start | 0 |
/// | 96 | 8 | packed_nid | 0: there is none |
/// | 104 | 24 | reserved | 0 |
///
/// With compression a configuration follows: its length 6 (2 bytes), format 0 (1), window log minus 10 (1), 4 of zero.
///
/// @param windowLog of zstd frames, 0 without compression
record SuperBlock(
    int rootNid,
    long inodes,
    long epoch,
    long blocks,
    long metaBlock,
    UUID uuid,
    String label,
    int windowLog,
    long packedNid) {
  static final int OFFSET = 1024;
  static final int LABEL_SIZE = 16;
  private static final long MAGIC = 0xe0f5_e1e2L;
  private static final int SIZE = 128;
  private static final int CHECKED = Blocks.SIZE - OFFSET;
  private static final int COMPAT_CHECKSUM = 1;
  private static final int COMPAT_MTIME = 2;
  private static final int INCOMPAT_ZERO_PADDING = 1;
  private static final int INCOMPAT_CONFIGS = 2;
  private static final int INCOMPAT_FRAGMENTS = 0x20;
  private static final int ZSTD = 1 << 3;
  private static final int SMALLEST_WINDOW_LOG = 10;
  private static final int LARGEST_WINDOW_LOG = 20;

  /// Bytes 1024 to 4095 of the image.
  byte[] toBytes() {
    boolean compressed = windowLog != 0;
    int incompat = compressed ? INCOMPAT_ZERO_PADDING | INCOMPAT_CONFIGS : 0;
    byte[] block =
        StructWriter.ofSize(CHECKED)
            .u32le(MAGIC)
            .at(4)
            .u32le(0)
            .at(8)
            .u32le(COMPAT_CHECKSUM | COMPAT_MTIME)
            .at(12)
            .u8(Blocks.BITS)
            .at(13)
            .u8(0)
            .at(14)
            .u16le(rootNid)
            .at(16)
            .u64le(inodes)
            .at(24)
            .u64le(epoch)
            .at(32)
            .u32le(0)
            .at(36)
            .u32le(blocks)
            .at(40)
            .u32le(metaBlock)
            .at(44)
            .u32le(0)
            .at(48)
            .u64be(uuid.getMostSignificantBits())
            .u64be(uuid.getLeastSignificantBits())
            .at(64)
            .ascii(label, LABEL_SIZE)
            .at(80)
            .u32le(incompat | (packedNid != 0 ? INCOMPAT_FRAGMENTS : 0))
            .at(84)
            .u16le(compressed ? ZSTD : 0)
            .at(86)
            .zeros(10)
            .at(96)
            .u64le(packedNid)
            .at(104)
            .zeros(24)
            .at(SIZE)
            .u16le(compressed ? 6 : 0)
            .u8(0)
            .u8(compressed ? windowLog - SMALLEST_WINDOW_LOG : 0)
            .zeros(CHECKED - SIZE - 4)
            .toBytes();
    byte[] checksum = StructWriter.ofSize(4).u32le(checksum(block)).toBytes();
    System.arraycopy(checksum, 0, block, 4, checksum.length);
    return block;
  }

  private static long checksum(byte[] block) {
    CRC32C crc = new CRC32C();
    crc.update(block);
    return ~crc.getValue() & 0xffff_ffffL;
  }

  /// The superblock of the image `source`, every field checked.
  static SuperBlock read(ByteSource source) throws IOException {
    if (source.size() < Blocks.SIZE) {
      throw FormatException.notThis(
          Blocks.FORMAT, source.size() + " bytes (expected: at least " + Blocks.SIZE + ")");
    }
    StructReader in = StructReader.read(Blocks.FORMAT, source, OFFSET, CHECKED);
    byte[] block = in.bytes(CHECKED);
    in.at(0);
    long magic = in.u32le();
    if (magic != MAGIC) {
      throw FormatException.notThis(
          Blocks.FORMAT,
          "magic 0x" + Long.toHexString(magic) + " at byte 1024 (expected: 0xe0f5e1e2)");
    }
    long checksum = in.u32le();
    long compat = in.u32le();
    int blockBits = in.u8();
    if (blockBits != Blocks.BITS) {
      throw unsupported(12, "blocks of 2^" + blockBits + " bytes (understood: 2^12)");
    }
    if ((compat & COMPAT_CHECKSUM) == 0) {
      throw unsupported(8, "no superblock checksum");
    }
    Arrays.fill(block, 4, 8, (byte) 0);
    if (checksum(block) != checksum) {
      throw damaged(
          4,
          String.format(
              Locale.ROOT,
              "superblock checksum 0x%08x (expected: 0x%08x)",
              checksum,
              checksum(block)));
    }
    int slots = in.u8();
    int rootNid = in.u16le();
    long inodes = in.u64le();
    long epoch = in.u64le();
    in.at(36);
    long blocks = in.u32le();
    long metaBlock = in.u32le();
    in.at(48);
    UUID uuid = new UUID(in.u64be(), in.u64be());
    byte[] name = in.bytes(LABEL_SIZE);
    long incompat = in.u32le();
    int algorithms = in.u16le();
    int devices = in.u16le();
    in.at(90);
    int directoryBits = in.u8();
    int prefixes = in.u8();
    in.at(96);
    long packedNid = in.u64le();
    in.at(SIZE);
    int length = in.u16le();
    int format = in.u8();
    int window = in.u8();
    long understood = INCOMPAT_ZERO_PADDING | INCOMPAT_CONFIGS | INCOMPAT_FRAGMENTS;
    if ((incompat & ~understood) != 0) {
      throw unsupported(
          80,
          "incompatible feature 0x"
              + Long.toHexString(incompat & ~understood)
              + " (understood: 0x1 zero padding, 0x2 big pclusters, 0x20 fragments)");
    }
    if (slots != 0 || devices != 0 || directoryBits != 0 || prefixes != 0) {
      throw unsupported(13, "extension slots, devices, directory blocks or attribute prefixes");
    }
    boolean compressed = (incompat & INCOMPAT_CONFIGS) != 0;
    if (compressed ? algorithms != ZSTD : algorithms != 0) {
      throw unsupported(
          84, "compression algorithms 0x" + Integer.toHexString(algorithms) + " (understood: 0x8)");
    }
    int windowLog = compressed ? window + SMALLEST_WINDOW_LOG : 0;
    if (compressed && (length != 6 || format != 0 || windowLog > LARGEST_WINDOW_LOG)) {
      throw damaged(SIZE, "zstd configuration of another length, format or window");
    }
    if (blocks * Blocks.SIZE > source.size() || metaBlock >= blocks) {
      throw damaged(
          36,
          blocks
              + " blocks, metadata from block "
              + metaBlock
              + " (expected: within the "
              + source.size()
              + " bytes there are; truncated?)");
    }
    return new SuperBlock(
        rootNid,
        inodes,
        epoch,
        blocks,
        metaBlock,
        uuid,
        new String(name, StandardCharsets.ISO_8859_1).replace("\0", ""),
        windowLog,
        packedNid);
  }

  private static FormatException unsupported(int offset, String what) {
    return FormatException.unsupported(Blocks.FORMAT, OFFSET + offset, what);
  }

  private static FormatException damaged(int offset, String what) {
    return FormatException.damaged(Blocks.FORMAT, OFFSET + offset, what);
  }
}
