package io.microvisor.formats.erofs;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.FormatException;
import io.microvisor.bytes.StructReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Reads a [BlockMap]: which bytes of a compressed inode lie where.
final class ExtentMap {
  private static final int LARGEST_EXTENT = 1 << 20;
  private static final int PIECE = 1 << 16;

  /// Consecutive bytes of a file.
  sealed interface Part {
    /// Where they begin in the file.
    long start();

    /// How many.
    long size();

    /// As they are.
    ///
    /// @param position in the image
    record Stored(long start, long size, long position) implements Part {}

    /// In a zstd frame.
    ///
    /// @param position of its blocks in the image
    /// @param stored how many bytes the blocks are
    record Frame(long start, long size, long position, int stored) implements Part {}

    /// In the packed inode.
    ///
    /// @param offset where there
    record Packed(long start, long size, long offset) implements Part {}
  }

  private final ByteSource image;
  private final long position;
  private final long size;
  private final List<Part> parts = new ArrayList<>();
  private boolean fragment;
  private long fragmentOffset;
  private long headStart;
  private long headBlock;
  private int headBlocks;
  private boolean inExtent;

  private ExtentMap(ByteSource image, long position, long size) {
    this.image = image;
    this.position = position;
    this.size = size;
  }

  /// The parts of a file of `size` bytes, at least 1, in order and without gaps.
  ///
  /// @param position of the map in the image
  static List<Part> read(ByteSource image, long position, long size) throws IOException {
    ExtentMap map = new ExtentMap(image, position, size);
    map.read();
    return map.parts;
  }

  private void read() throws IOException {
    StructReader in = StructReader.read(Blocks.FORMAT, image, position, BlockMap.HEADER);
    long first = in.u64le();
    if (first < 0) {
      parts.add(new Part.Packed(0, size, first & Long.MAX_VALUE));
      return;
    }
    int advise = in.at(4).u16le();
    int algorithms = in.u8();
    int clusterBits = in.u8();
    int understood = BlockMap.ADVISE_BIG_PCLUSTER | BlockMap.ADVISE_FRAGMENT;
    if ((advise & ~understood) != 0 || algorithms != BlockMap.ZSTD || clusterBits != 0) {
      throw FormatException.unsupported(
          Blocks.FORMAT,
          position,
          String.format(
              Locale.ROOT,
              "block map with advise 0x%x, algorithms 0x%x, cluster bits 0x%x"
                  + " (understood: advise 0x22, algorithms 0x3 zstd, cluster bits 0x0)",
              advise,
              algorithms,
              clusterBits));
    }
    fragment = (advise & BlockMap.ADVISE_FRAGMENT) != 0;
    fragmentOffset = first & 0xffff_ffffL;
    long count = Blocks.count(size);
    if (count > (image.size() - position) / BlockMap.ENTRY) {
      throw damaged(position, size + " bytes of content, more than the map can list");
    }
    long index = position + BlockMap.INDEX_START;
    for (long done = 0; done < count; ) {
      int entries = (int) Math.min(PIECE / BlockMap.ENTRY, count - done);
      StructReader piece =
          StructReader.read(
              Blocks.FORMAT, image, index + done * BlockMap.ENTRY, entries * BlockMap.ENTRY);
      for (int i = 0; i < entries; i++) {
        entry(piece, (done + i) * Blocks.SIZE);
      }
      done += entries;
    }
    endExtent(size, true);
    if (fragment && !(parts.getLast() instanceof Part.Packed)) {
      throw damaged(position, "a fragment that does not begin");
    }
  }

  private void entry(StructReader in, long start) throws IOException {
    long at = in.position();
    int type = in.u16le();
    int offset = in.u16le();
    long value = in.u32le();
    switch (type) {
      case BlockMap.PLAIN -> plain(at, start, offset, value);
      case BlockMap.HEAD -> {
        if (offset != 0) {
          throw FormatException.unsupported(Blocks.FORMAT, at, "an extent from within 4 KiB");
        }
        endExtent(start, false);
        inExtent = true;
        headStart = start;
        headBlock = value;
        headBlocks = 1;
      }
      case BlockMap.NONHEAD -> {
        int back = (int) (value & 0xffff);
        boolean second = start == headStart + Blocks.SIZE;
        if (!inExtent || (back & BlockMap.BLOCK_COUNT) != 0 != second) {
          throw damaged(at, "index entry 0x" + Long.toHexString(value) + " out of place");
        }
        headBlocks = second ? back & ~BlockMap.BLOCK_COUNT : headBlocks;
      }
      default -> throw FormatException.unsupported(Blocks.FORMAT, at, "index entry type " + type);
    }
  }

  private void plain(long at, long start, int offset, long block) throws IOException {
    if (offset != 0) {
      if (!inExtent || start + offset != size) {
        throw damaged(at, "an extent ends at " + (start + offset) + " of " + size);
      }
      return;
    }
    endExtent(start, false);
    long length = Math.min(Blocks.SIZE, size - start);
    long from = block * Blocks.SIZE;
    if (from > image.size() - length) {
      throw damaged(at, "block " + block + " beyond the image");
    }
    if (!parts.isEmpty()
        && parts.getLast() instanceof Part.Stored last
        && last.position() + last.size() == from) {
      parts.set(
          parts.size() - 1, new Part.Stored(last.start(), last.size() + length, last.position()));
    } else {
      parts.add(new Part.Stored(start, length, from));
    }
  }

  private void endExtent(long end, boolean last) throws IOException {
    if (!inExtent) {
      return;
    }
    inExtent = false;
    long length = end - headStart;
    if (last && fragment) {
      parts.add(new Part.Packed(headStart, length, fragmentOffset | headBlock << Integer.SIZE));
      return;
    }
    long stored = (long) headBlocks * Blocks.SIZE;
    if (stored == 0 || stored > LARGEST_EXTENT || length > LARGEST_EXTENT) {
      throw FormatException.unsupported(
          Blocks.FORMAT,
          position,
          "an extent of " + length + " bytes in " + stored + " (understood: at most 1 MiB)");
    }
    if (headBlock * Blocks.SIZE > image.size() - stored) {
      throw damaged(position, "block " + headBlock + " beyond the image");
    }
    parts.add(new Part.Frame(headStart, length, headBlock * Blocks.SIZE, (int) stored));
  }

  private static FormatException damaged(long at, String what) {
    return FormatException.damaged(Blocks.FORMAT, at, what);
  }
}
