package io.microvisor.formats.erofs;

import io.microvisor.bytes.Apportionment;
import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.FormatException;
import io.microvisor.formats.tree.TreePath;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Where the bytes of an image went: each path with what is stored for it, compressed.
///
/// A path has its inode with all that lies behind it, its own blocks, and its share of those of the packed inode, by
/// size. What several paths share, by hard links or by equal content, is the first one's, in the order of the list. So
/// the entries and the overhead add up to the image.
///
/// @param size of the image, in bytes
/// @param overhead what belongs to no path: superblock, map of the packed inode, unused ends of blocks
/// @param entries parents before children, siblings in order of name, the root first
public record ErofsUsage(long size, long overhead, List<Entry> entries) {
  private static final int LONGEST_PATH = 4096;

  /// A path and its bytes.
  ///
  /// @param isDirectory whether other paths may be below
  /// @param size of the content of a regular file, 0 for its second name and for anything else
  /// @param stored what it takes in the image
  public record Entry(TreePath path, boolean isDirectory, long size, long stored) {}

  public ErofsUsage {
    entries = List.copyOf(entries);
  }

  /// Reads the usage of an image, which may be followed by other bytes: directories and inodes, no contents.
  ///
  /// @throws FormatException if it is no EROFS image, damaged, or uses what [ErofsWriter] does not write
  public static ErofsUsage of(ByteSource source) throws IOException {
    SuperBlock superBlock = SuperBlock.read(source);
    ByteSource image = source.slice(0, superBlock.blocks() * Blocks.SIZE);
    return new Walk(superBlock, new NodeReader(image, superBlock)).run();
  }

  private record Pending(TreePath path, long nid) {}

  /// A range of the packed inode that the entry at `index` has.
  private record Fragment(int index, long offset, long size) {}

  private static final class Walk {
    private final SuperBlock superBlock;
    private final NodeReader nodes;
    private final int mostNames;
    private final List<Entry> entries = new ArrayList<>();
    private final List<Fragment> fragments = new ArrayList<>();
    private final Set<Long> seen = new HashSet<>();
    private final BitSet blocks = new BitSet();

    Walk(SuperBlock superBlock, NodeReader nodes) {
      this.superBlock = superBlock;
      this.nodes = nodes;
      mostNames = (int) Math.min(Integer.MAX_VALUE / 2, superBlock.blocks() * Blocks.SIZE / 12);
    }

    ErofsUsage run() throws IOException {
      Apportionment packed = packed();
      Deque<Pending> open = new ArrayDeque<>();
      open.push(new Pending(TreePath.ROOT, superBlock.rootNid()));
      while (!open.isEmpty()) {
        visit(open.pop(), open);
      }
      share(packed);
      long size = superBlock.blocks() * Blocks.SIZE;
      long known = 0;
      for (Entry entry : entries) {
        known += entry.stored();
      }
      // Only inodes that lie over each other, which no writer makes, know more than there is.
      return new ErofsUsage(size, Math.max(0, size - known), entries);
    }

    /// How the packed inode's blocks divide among its content.
    private Apportionment packed() throws IOException {
      Apportionment pieces = new Apportionment();
      if (superBlock.packedNid() != 0
          && nodes.read(superBlock.packedNid()).content() instanceof CompressedContent content) {
        for (ExtentMap.Part part : content.parts()) {
          pieces.add(part.size(), take(part));
        }
      }
      return pieces;
    }

    private void visit(Pending at, Deque<Pending> open) throws IOException {
      NodeReader.Node node = nodes.read(at.nid());
      boolean isDirectory = node.type() == FileType.DIRECTORY;
      if (!seen.add(at.nid())) {
        if (isDirectory) {
          throw FormatException.damaged(
              Blocks.FORMAT, node.position(), at.path().absolute() + ": a directory of two names");
        }
        entries.add(new Entry(at.path(), false, 0, 0));
        return;
      }
      long stored = node.headSize() + body(node);
      long size = node.type() == FileType.REGULAR ? node.content().size() : 0;
      entries.add(new Entry(at.path(), isDirectory, size, stored));
      if (isDirectory) {
        for (DirectoryBlocks.Dirent child :
            DirectoryBlocks.read(node.content(), mostNames - seen.size()).reversed()) {
          TreePath path = at.path().resolve(child.name());
          if (path.toString().length() > LONGEST_PATH) {
            throw FormatException.damaged(
                Blocks.FORMAT,
                node.position(),
                "a path of more than " + LONGEST_PATH + " characters");
          }
          open.push(new Pending(path, child.nid()));
        }
      }
    }

    /// What a node has behind its head and in blocks of its own; its fragment is noted.
    private long body(NodeReader.Node node) throws IOException {
      long size = node.content().size();
      if (size == 0) {
        return 0;
      }
      return switch (node.inode().layout()) {
        case FLAT_PLAIN -> take(node.inode().union(), Blocks.count(size));
        case FLAT_INLINE -> {
          long tail = (size - 1) % Blocks.SIZE + 1;
          yield tail + take(node.inode().union(), (size - tail) / Blocks.SIZE);
        }
        case COMPRESSED_FULL -> compressed(node, size);
        case COMPRESSED_COMPACT, CHUNK_BASED ->
            throw new IllegalStateException("a node that the reader refuses");
      };
    }

    private long compressed(NodeReader.Node node, long size) throws IOException {
      if (!(node.content() instanceof CompressedContent content)) {
        throw new IllegalStateException("a compressed inode whose content is not");
      }
      List<ExtentMap.Part> parts = content.parts();
      boolean whole = parts.getFirst() instanceof ExtentMap.Part.Packed;
      long stored = (-node.headSize() & 7) + (whole ? BlockMap.HEADER : BlockMap.size(size));
      for (ExtentMap.Part part : parts) {
        stored += take(part);
      }
      return stored;
    }

    /// The stored bytes of a part, those of fragments to be counted later.
    private long take(ExtentMap.Part part) throws FormatException {
      return switch (part) {
        case ExtentMap.Part.Stored flat ->
            take(flat.position() / Blocks.SIZE, Blocks.count(flat.size()));
        case ExtentMap.Part.Frame frame ->
            take(frame.position() / Blocks.SIZE, frame.stored() / Blocks.SIZE);
        case ExtentMap.Part.Packed fragment -> {
          fragments.add(new Fragment(entries.size(), fragment.offset(), fragment.size()));
          yield 0;
        }
      };
    }

    /// The bytes of those blocks that nothing before has.
    private long take(long first, long count) throws FormatException {
      if (first + count > Integer.MAX_VALUE) {
        throw FormatException.unsupported(
            Blocks.FORMAT, 0, "an image of more than 8 TiB, to count the blocks of");
      }
      long taken = 0;
      for (int block = (int) first; block < first + count; block++) {
        if (!blocks.get(block)) {
          blocks.set(block);
          taken++;
        }
      }
      return taken * Blocks.SIZE;
    }

    private void share(Apportionment packed) {
      fragments.sort(Comparator.comparingLong(Fragment::offset).thenComparingInt(Fragment::index));
      long done = 0;
      for (Fragment fragment : fragments) {
        long start = Math.max(done, fragment.offset());
        long end = Math.max(start, fragment.offset() + fragment.size());
        Entry entry = entries.get(fragment.index());
        entries.set(
            fragment.index(),
            new Entry(
                entry.path(),
                entry.isDirectory(),
                entry.size(),
                entry.stored() + packed.share(start, end - start)));
        done = end;
      }
    }
  }
}
