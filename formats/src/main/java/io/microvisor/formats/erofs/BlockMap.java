package io.microvisor.formats.erofs;

import io.microvisor.bytes.StructWriter;
import java.util.List;

/// The map of a compressed inode: `struct z_erofs_map_header`, then one `struct z_erofs_lcluster_index` for each 4 KiB.
/// It begins at the next multiple of 8 behind the inode and its attributes.
///
/// | offset | size | field | value |
/// |---|---|---|---|
/// | 0 | 4 | h_fragmentoff | where in the packed inode the last extent lies, low half, with advise 0x20 |
/// | 4 | 2 | h_advise | 2 big pclusters, 0x20 the last extent is a fragment |
/// | 6 | 1 | h_algorithmtype | 3 zstd |
/// | 7 | 1 | h_clusterbits | 0: an entry for each 4 KiB |
/// | 8 | 8 | reserved | 0 |
/// | 16 | 8 n | index | |
///
/// Where the whole file is a fragment, only 8 bytes are there: its offset in the packed inode with bit 63 set.
///
/// An entry has di_advise (2, the type), di_clusterofs (2), and either the first block (4) or two distances (2 each):
///
/// | type | meaning |
/// |---|---|
/// | 0 PLAIN | one block, as it is; or, with di_clusterofs, the end of the file within its last 4 KiB |
/// | 1 HEAD1 | an extent begins; of a fragment the block is the high half of h_fragmentoff |
/// | 2 NONHEAD | it goes on; distances to its beginning and end. The first has 0x800 plus the number of blocks instead |
final class BlockMap {
  static final int HEADER = 8;
  static final int INDEX_START = 16;
  static final int ENTRY = 8;
  static final int ADVISE_BIG_PCLUSTER = 2;
  static final int ADVISE_FRAGMENT = 0x20;
  static final int ZSTD = 3;
  static final int PLAIN = 0;
  static final int HEAD = 1;
  static final int NONHEAD = 2;
  static final int BLOCK_COUNT = 0x800;

  private BlockMap() {}

  /// How many bytes the map of a file of `size` bytes takes.
  static long size(long size) {
    return INDEX_START + ENTRY * Blocks.count(size);
  }

  /// The map of a file that lies in the packed inode as a whole.
  static byte[] ofFragment(long offset) {
    return StructWriter.ofSize(HEADER).u64le(offset | Long.MIN_VALUE).toBytes();
  }

  /// The map of a file in extents.
  ///
  /// @param fragmentSize how many bytes behind the extents lie in the packed inode
  /// @param fragmentOffset where there
  static byte[] of(List<Extent> extents, int fragmentSize, long fragmentOffset) {
    long size = fragmentSize;
    for (Extent extent : extents) {
      size += extent.size();
    }
    boolean fragment = fragmentSize > 0;
    StructWriter out = StructWriter.ofSize(Math.toIntExact(size(size)));
    out.u32le(fragment ? fragmentOffset & 0xffff_ffffL : 0)
        .at(4)
        .u16le(ADVISE_BIG_PCLUSTER | (fragment ? ADVISE_FRAGMENT : 0))
        .at(6)
        .u8(ZSTD)
        .at(7)
        .u8(0)
        .at(HEADER)
        .zeros(8)
        .at(INDEX_START);
    for (Extent extent : extents) {
      switch (extent.form()) {
        case STORED -> plain(out, extent);
        case COMPRESSED -> extent(out, extent.size(), extent.block(), extent.blocks());
      }
    }
    if (fragment) {
      extent(out, fragmentSize, fragmentOffset >>> Integer.SIZE, 0);
    }
    return out.toBytes();
  }

  private static void plain(StructWriter out, Extent extent) {
    for (int i = 0; i < extent.blocks(); i++) {
      out.u16le(PLAIN).u16le(0).u32le(extent.block() + i);
    }
  }

  private static void extent(StructWriter out, int size, long block, int blocks) {
    int whole = size / Blocks.SIZE;
    int rest = size % Blocks.SIZE;
    out.u16le(HEAD).u16le(0).u32le(block);
    for (int i = 1; i < whole; i++) {
      int back = i == 1 ? BLOCK_COUNT | blocks : i;
      out.u16le(NONHEAD).u16le(0).u16le(back).u16le(whole - i);
    }
    if (rest > 0 && whole > 0) {
      // Only at the end of a file. Without this entry the extent would seem to reach the end of its
      // last 4 KiB.
      out.u16le(PLAIN).u16le(rest).u32le(0);
    }
  }
}
