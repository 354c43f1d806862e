package io.microvisor.formats.erofs;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.FormatException;
import io.microvisor.bytes.StructReader;
import io.microvisor.bytes.StructWriter;
import java.io.IOException;
import java.util.Optional;

/// An inode: `struct erofs_inode_compact` of 32 bytes where everything fits and the modification time is that of the
/// superblock, else `struct erofs_inode_extended` of 64.
///
/// | compact | extended | size | field | meaning |
/// |---|---|---|---|---|
/// | 0 | 0 | 2 | i_format | bit 0: extended; bits 1 to 3: [DataLayout] |
/// | 2 | 2 | 2 | i_xattr_icount | 0: no attributes; else they take 12 + 4 (n - 1) bytes behind the inode |
/// | 4 | 4 | 2 | i_mode | type and permissions |
/// | 6 | | 2 | i_nlink | |
/// | | 6 | 2 | reserved | 0 |
/// | 8 | 8 | 4 / 8 | i_size | |
/// | 12 | | 4 | reserved | 0 |
/// | 16 | 16 | 4 | i_u | first block (flat), number of blocks (compressed), device number (devices) |
/// | 20 | 20 | 4 | i_ino | |
/// | 24 | 24 | 2 / 4 | i_uid | |
/// | 26 | 28 | 2 / 4 | i_gid | |
/// | 28 | | 4 | reserved | 0 |
/// | | 32 | 8 | i_mtime | seconds |
/// | | 40 | 4 | i_mtime_nsec | 0 |
/// | | 44 | 4 | i_nlink | |
/// | | 48 | 16 | reserved | 0 |
///
/// @param mode with the type bits
/// @param union `i_u`
record InodeRecord(
    DataLayout layout,
    int xattrCount,
    int mode,
    long size,
    long union,
    long number,
    long uid,
    long gid,
    long mtime,
    long links) {
  static final int COMPACT = 32;
  static final int EXTENDED = 64;

  static int sizeFor(long size, long uid, long gid, long mtime, long links, long epoch) {
    return mtime == epoch
            && size <= 0xffff_ffffL
            && uid <= 0xffff
            && gid <= 0xffff
            && links <= 0xffff
        ? COMPACT
        : EXTENDED;
  }

  InodeRecord withUnion(long other) {
    return new InodeRecord(layout, xattrCount, mode, size, other, number, uid, gid, mtime, links);
  }

  byte[] toBytes(long epoch) {
    return sizeFor(size, uid, gid, mtime, links, epoch) == COMPACT ? compact() : extended();
  }

  private byte[] compact() {
    return StructWriter.ofSize(COMPACT)
        .u16le(layout.code() << 1)
        .at(2)
        .u16le(xattrCount)
        .at(4)
        .u16le(mode)
        .at(6)
        .u16le((int) links)
        .at(8)
        .u32le(size)
        .at(12)
        .u32le(0)
        .at(16)
        .u32le(union)
        .at(20)
        .u32le(number)
        .at(24)
        .u16le((int) uid)
        .at(26)
        .u16le((int) gid)
        .at(28)
        .u32le(0)
        .toBytes();
  }

  private byte[] extended() {
    return StructWriter.ofSize(EXTENDED)
        .u16le(layout.code() << 1 | 1)
        .at(2)
        .u16le(xattrCount)
        .at(4)
        .u16le(mode)
        .at(6)
        .u16le(0)
        .at(8)
        .u64le(size)
        .at(16)
        .u32le(union)
        .at(20)
        .u32le(number)
        .at(24)
        .u32le(uid)
        .at(28)
        .u32le(gid)
        .at(32)
        .u64le(mtime)
        .at(40)
        .u32le(0)
        .at(44)
        .u32le(links)
        .at(48)
        .zeros(16)
        .toBytes();
  }

  /// The inode at byte `position` and how many bytes it takes.
  static Read read(ByteSource source, long position, long epoch) throws IOException {
    StructReader in = StructReader.read(Blocks.FORMAT, source, position, COMPACT);
    int format = in.u16le();
    int xattrCount = in.u16le();
    int mode = in.u16le();
    Optional<DataLayout> layout = DataLayout.ofCode(format >> 1 & 7);
    if (layout.isEmpty() || format >> 4 != 0) {
      throw FormatException.unsupported(
          Blocks.FORMAT, position, "inode format 0x" + Integer.toHexString(format));
    }
    DataLayout known = layout.get();
    if ((format & 1) == 0) {
      long links = in.u16le();
      long size = in.u32le();
      in.skip(4);
      long union = in.u32le();
      long number = in.u32le();
      long uid = in.u16le();
      long gid = in.u16le();
      return new Read(
          new InodeRecord(known, xattrCount, mode, size, union, number, uid, gid, epoch, links),
          COMPACT);
    }
    in = StructReader.read(Blocks.FORMAT, source, position, EXTENDED).at(8);
    long size = in.bounded64le("i_size", Long.MAX_VALUE);
    long union = in.u32le();
    long number = in.u32le();
    long uid = in.u32le();
    long gid = in.u32le();
    long mtime = in.u64le();
    in.skip(4);
    long links = in.u32le();
    return new Read(
        new InodeRecord(known, xattrCount, mode, size, union, number, uid, gid, mtime, links),
        EXTENDED);
  }

  /// An inode and the size of its record.
  record Read(InodeRecord inode, int recordSize) {}
}
