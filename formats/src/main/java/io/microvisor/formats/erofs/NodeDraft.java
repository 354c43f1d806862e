package io.microvisor.formats.erofs;

import io.microvisor.formats.tree.Attributes;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.Meta;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// An inode with everything but its place: the record without the first block of what it owns, the attributes, and
/// what lies behind them.
///
/// @param data what lies behind the attributes and in blocks that follow the contents
/// @param ownBlocks how many blocks of `data` do, whose first becomes `i_u`
/// @param size bytes in the metadata area
record NodeDraft(InodeRecord inode, Attributes attributes, Payload data, long ownBlocks, int size) {
  /// What an inode brings with it.
  sealed interface Payload {
    /// Nothing, or nothing that is not among the contents already.
    record None() implements Payload {}

    /// The last bytes of a file, behind the inode.
    record Tail(ErofsPlan.Content content, int length) implements Payload {}

    /// The [BlockMap] of extents, behind the inode at the next multiple of 8.
    record Extents(List<Extent> extents, int fragmentSize, long fragmentOffset)
        implements Payload {}

    /// The [BlockMap] of a file in the packed inode, likewise.
    record Fragment(long offset) implements Payload {}

    /// A target, behind the inode or in a block of its own.
    record Target(String text) implements Payload {}

    /// A directory: whole blocks, then the rest behind the inode or in one more.
    record Directory(DirectoryBlocks content) implements Payload {}
  }

  /// The packed inode: a regular file without a name.
  static NodeDraft packed(int number, long size, List<Extent> extents, long epoch) {
    Maker maker = new Maker(number, new Meta(0, 0, 0, epoch, Attributes.NONE), 1, epoch);
    return maker.extents(size, extents, 0, 0);
  }

  /// Makes the drafts of one inode.
  record Maker(int id, Meta meta, long links, long epoch) {
    NodeDraft file(Inode.RegularFile file, ErofsPlan.Placement placement, ContentBlocks contents) {
      return switch (placement) {
        case ErofsPlan.Placement.Flat flat -> {
          List<Extent> extents = contents.extents(flat.stream());
          long block = extents.isEmpty() ? 0 : extents.getFirst().block();
          yield flat.inlineSize() == 0
              ? draft(
                  DataLayout.FLAT_PLAIN,
                  FileType.REGULAR,
                  file.size(),
                  block,
                  new Payload.None(),
                  0,
                  0)
              : draft(
                  DataLayout.FLAT_INLINE,
                  FileType.REGULAR,
                  file.size(),
                  block,
                  new Payload.Tail(flat.content(), flat.inlineSize()),
                  0,
                  flat.inlineSize());
        }
        case ErofsPlan.Placement.Fragment fragment ->
            mapped(file.size(), new Payload.Fragment(fragment.offset()), 0, BlockMap.HEADER);
        case ErofsPlan.Placement.Extents extents -> {
          List<Extent> own = contents.extents(extents.stream());
          int rest = (int) (file.size() - extents.bodySize());
          yield extents(file.size(), own, rest, extents.fragmentOffset());
        }
      };
    }

    NodeDraft extents(long size, List<Extent> extents, int fragmentSize, long fragmentOffset) {
      return mapped(
          size,
          new Payload.Extents(extents, fragmentSize, fragmentOffset),
          blocks(extents),
          Math.toIntExact(BlockMap.size(size)));
    }

    private NodeDraft mapped(long size, Payload map, long blocks, int mapSize) {
      int padding = -(recordSize(size) + xattrSize()) & 7;
      return draft(
          DataLayout.COMPRESSED_FULL, FileType.REGULAR, size, blocks, map, 0, padding + mapSize);
    }

    NodeDraft directory(DirectoryBlocks content) {
      return own(FileType.DIRECTORY, content.size(), new Payload.Directory(content));
    }

    NodeDraft symlink(String target) {
      int size = target.getBytes(StandardCharsets.UTF_8).length;
      return own(FileType.SYMLINK, size, new Payload.Target(target));
    }

    NodeDraft device(Inode.Device device) {
      long number =
          device.minor() & 0xff | (long) device.major() << 8 | (device.minor() & ~0xffL) << 12;
      return draft(DataLayout.FLAT_PLAIN, FileType.of(device), 0, number, new Payload.None(), 0, 0);
    }

    NodeDraft special(FileType type) {
      return draft(DataLayout.FLAT_PLAIN, type, 0, 0, new Payload.None(), 0, 0);
    }

    private NodeDraft own(FileType type, long size, Payload payload) {
      int tail = (int) (size % Blocks.SIZE);
      boolean inline = tail > 0 && recordSize(size) + xattrSize() + tail <= Blocks.SIZE;
      return draft(
          inline ? DataLayout.FLAT_INLINE : DataLayout.FLAT_PLAIN,
          type,
          size,
          0,
          payload,
          inline ? size / Blocks.SIZE : Blocks.count(size),
          inline ? tail : 0);
    }

    private NodeDraft draft(
        DataLayout layout,
        FileType type,
        long size,
        long union,
        Payload payload,
        long ownBlocks,
        int behind) {
      InodeRecord inode =
          new InodeRecord(
              layout,
              InlineXattrs.count(xattrSize()),
              type.mode() | meta.mode(),
              size,
              union,
              id + 1L,
              meta.uid(),
              meta.gid(),
              meta.mtime(),
              links);
      int whole = recordSize(size) + xattrSize() + behind;
      return new NodeDraft(inode, meta.attributes(), payload, ownBlocks, whole);
    }

    private int recordSize(long size) {
      return InodeRecord.sizeFor(size, meta.uid(), meta.gid(), meta.mtime(), links, epoch);
    }

    private int xattrSize() {
      return InlineXattrs.size(meta.attributes());
    }
  }

  private static long blocks(List<Extent> extents) {
    long sum = 0;
    for (Extent extent : extents) {
      sum += extent.blocks();
    }
    return sum;
  }
}
