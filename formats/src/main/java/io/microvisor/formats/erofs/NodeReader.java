package io.microvisor.formats.erofs;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.FormatException;
import io.microvisor.bytes.StructReader;
import io.microvisor.formats.tree.Attributes;
import io.microvisor.formats.tree.Meta;
import java.io.IOException;

/// Reads single inodes of an image.
final class NodeReader {
  /// An inode with its attributes and content; the content of what has none is empty.
  ///
  /// @param headSize how many bytes its record and attributes take
  record Node(
      long position,
      InodeRecord inode,
      int headSize,
      FileType type,
      Attributes attributes,
      ByteSource content) {
    Meta meta() throws FormatException {
      if (inode.uid() > 0xffff_fffeL || inode.gid() > 0xffff_fffeL) {
        throw FormatException.damaged(
            Blocks.FORMAT, position, "owner " + inode.uid() + ":" + inode.gid());
      }
      return new Meta(inode.mode() & 07777, inode.uid(), inode.gid(), inode.mtime(), attributes);
    }
  }

  /// No content is that many times larger than its image: an index entry of 8 bytes lists 4096.
  static final long MOST_EXPANSION = 1024;

  private static final ByteSource NOTHING = ByteSource.of(new byte[0]);

  private final ByteSource image;
  private final SuperBlock superBlock;
  private final ExtentWindow window;
  private final ByteSource packed;

  /// A reader of the inodes of `image` that knows no fragments yet.
  NodeReader(ByteSource image, SuperBlock superBlock) {
    this(image, superBlock, new ExtentWindow(image), NOTHING);
  }

  private NodeReader(
      ByteSource image, SuperBlock superBlock, ExtentWindow window, ByteSource packed) {
    this.image = image;
    this.superBlock = superBlock;
    this.window = window;
    this.packed = packed;
  }

  /// The same with fragments resolved.
  NodeReader withPacked() throws IOException {
    long nid = superBlock.packedNid();
    return nid == 0 ? this : new NodeReader(image, superBlock, window, read(nid).content());
  }

  /// The content of the packed inode; empty if there is none.
  ByteSource packed() {
    return packed;
  }

  /// The inode with number `nid`.
  Node read(long nid) throws IOException {
    long start = superBlock.metaBlock() * Blocks.SIZE;
    if (nid < 0 || nid >= (image.size() - start) / MetadataSpace.SLOT) {
      throw FormatException.damaged(
          Blocks.FORMAT, start, "inode number " + Long.toUnsignedString(nid) + " beyond the image");
    }
    long position = start + nid * MetadataSpace.SLOT;
    InodeRecord.Read read = InodeRecord.read(image, position, superBlock.epoch());
    InodeRecord inode = read.inode();
    FileType type = FileType.ofMode(inode.mode());
    int xattrSize = InlineXattrs.sizeOf(inode.xattrCount());
    long behind = position + read.recordSize();
    Attributes attributes =
        xattrSize == 0
            ? Attributes.NONE
            : InlineXattrs.read(StructReader.read(Blocks.FORMAT, image, behind, xattrSize));
    behind += xattrSize;
    ByteSource content =
        switch (type) {
          case REGULAR, DIRECTORY, SYMLINK -> content(inode, position, behind);
          case CHARACTER_DEVICE, BLOCK_DEVICE, FIFO, SOCKET -> NOTHING;
          case UNKNOWN ->
              throw FormatException.damaged(
                  Blocks.FORMAT, position, "mode 0" + Integer.toOctalString(inode.mode()));
        };
    return new Node(position, inode, (int) (behind - position), type, attributes, content);
  }

  private ByteSource content(InodeRecord inode, long position, long behind) throws IOException {
    long size = inode.size();
    if (size == 0) {
      return NOTHING;
    }
    return switch (inode.layout()) {
      case FLAT_PLAIN -> range(position, inode.union() * Blocks.SIZE, size);
      case FLAT_INLINE -> {
        long tail = (size - 1) % Blocks.SIZE + 1;
        ByteSource end = range(position, behind, tail);
        yield tail == size
            ? end
            : new JoinedContent(range(position, inode.union() * Blocks.SIZE, size - tail), end);
      }
      case COMPRESSED_FULL -> {
        long map = behind + 7 & -8L;
        if (image.size() - map < BlockMap.HEADER || size / MOST_EXPANSION > image.size()) {
          throw FormatException.damaged(
              Blocks.FORMAT, position, "no room for the block map of " + size + " bytes");
        }
        yield new CompressedContent(image, window, packed, map, size);
      }
      case COMPRESSED_COMPACT, CHUNK_BASED ->
          throw FormatException.unsupported(
              Blocks.FORMAT, position, "data layout " + inode.layout().code());
    };
  }

  private ByteSource range(long inode, long position, long size) throws FormatException {
    if (size > image.size() || position > image.size() - size) {
      throw FormatException.damaged(
          Blocks.FORMAT,
          inode,
          size
              + " bytes of content at "
              + position
              + " (expected: within "
              + image.size()
              + "; truncated?)");
    }
    return image.slice(position, size);
  }
}
