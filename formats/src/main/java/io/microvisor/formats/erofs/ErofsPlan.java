package io.microvisor.formats.erofs;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.ContentSource;
import io.microvisor.bytes.Digest;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.TreePath;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/// Where the bytes of each regular file will go, decided from paths and sizes alone, before any content is read.
///
/// Contents are cut into [Run]s, each of one stream: a file's own, or that of the packed inode. Files of equal content
/// share their place. The rules, in order:
///
/// 1. an empty file has no place; a file of at most 96 bytes lies behind its inode;
/// 2. without compression, or if its name says that it is compressed already and it is larger than a block, a file is
///    stored in whole blocks, and what follows the last of them behind its inode;
/// 3. else a file of at most 32 KiB lies in the packed inode ("fragment");
/// 4. else it is compressed in extents, and what follows the last whole extent, if at most 32 KiB, lies in the packed
///    inode.
final class ErofsPlan {
  static final int LARGEST_FRAGMENT = 32 << 10;
  private static final int LARGEST_INLINE = 96;
  private static final int RUN = 1 << 20;
  private static final Set<String> COMPRESSED_NAMES =
      Set.of("xz", "gz", "zst", "bz2", "lz4", "png", "jpg", "zip", "jar", "webp");

  /// What becomes of a run's bytes.
  enum Form {
    STORED,
    COMPRESSED
  }

  /// A content, and the first path that has it.
  record Content(TreePath path, Digest digest, long size) {
    /// Its bytes.
    ///
    /// @throws IOException if they are missing, or not as many as the tree says
    ByteSource open(ContentSource contents) throws IOException {
      return contents.open(digest, size, path.absolute());
    }
  }

  /// A range of one content.
  record Piece(Content content, long offset, int size) {}

  /// Consecutive bytes of a stream, at most 1 MiB; all but a stream's last are a multiple of the extent size.
  record Run(int stream, Form form, List<Piece> pieces) {
    int size() {
      int size = 0;
      for (Piece piece : pieces) {
        size += piece.size();
      }
      return size;
    }
  }

  /// Where a content lies.
  sealed interface Placement {
    /// In whole blocks, the last filled up with zeros if nothing is inline.
    ///
    /// @param stream which holds all but the inline bytes
    /// @param content what lies there
    /// @param inlineSize how many bytes lie behind the inode, 0 to 4095
    record Flat(int stream, Content content, int inlineSize) implements Placement {}

    /// In extents.
    ///
    /// @param bodySize how many bytes the stream holds; the rest is a fragment
    /// @param fragmentOffset where in the packed inode the rest lies, if any
    record Extents(int stream, long bodySize, long fragmentOffset) implements Placement {}

    /// All in the packed inode.
    record Fragment(long offset) implements Placement {}
  }

  private record Key(Digest content, long size, int inlineSize) {}

  private final Compression compression;
  private final int extentSize;
  private final Map<Key, Placement> placements = new HashMap<>();
  private final Map<Integer, Placement> byInode = new HashMap<>();
  private final List<Run> runs = new ArrayList<>();
  private final List<Piece> packed = new ArrayList<>();
  private long packedSize;
  private int streams;

  private ErofsPlan(Compression compression) {
    this.compression = compression;
    this.extentSize = compression instanceof Compression.Zstd zstd ? zstd.extentSize() : RUN;
  }

  /// The plan for `tree`.
  static ErofsPlan of(FileTree tree, Compression compression) {
    ErofsPlan plan = new ErofsPlan(compression);
    tree.entries()
        .forEach(entry -> {
          if (entry.inode() instanceof Inode.RegularFile file
              && !plan.byInode.containsKey(entry.id().value())) {
            plan.byInode.put(entry.id().value(), plan.place(file, entry.path()));
          }
        });
    plan.addRuns(plan.streams++, Form.COMPRESSED, plan.packed);
    return plan;
  }

  /// Where the content of the regular file with this inode id lies.
  Placement placement(int inode) {
    return Objects.requireNonNull(byInode.get(inode));
  }

  /// Everything that goes into blocks of its own, in the order of those blocks.
  List<Run> runs() {
    return runs;
  }

  /// How many streams there are; the last is the packed inode's.
  int streams() {
    return streams;
  }

  /// What the packed inode holds, in order.
  List<Piece> packed() {
    return packed;
  }

  /// How many bytes the packed inode holds.
  long packedSize() {
    return packedSize;
  }

  private Placement place(Inode.RegularFile file, TreePath path) {
    int tail = (int) (file.size() % Blocks.SIZE);
    int behind = InodeRecord.EXTENDED + InlineXattrs.size(file.meta().attributes());
    int inline = tail + behind <= Blocks.SIZE ? tail : 0;
    boolean stored =
        compression instanceof Compression.None
            || (file.size() <= LARGEST_INLINE && inline == file.size())
            || (file.size() > Blocks.SIZE && compressedAlready(path.name()));
    Key key = new Key(file.content(), file.size(), stored ? inline : Blocks.SIZE);
    Placement known = placements.get(key);
    if (known == null) {
      Content content = new Content(path, file.content(), file.size());
      known = stored ? flat(content, inline) : compressed(content);
      placements.put(key, known);
    }
    return known;
  }

  private static boolean compressedAlready(String name) {
    int dot = name.lastIndexOf('.');
    return dot >= 0 && COMPRESSED_NAMES.contains(name.substring(dot + 1).toLowerCase(Locale.ROOT));
  }

  private Placement flat(Content content, int inline) {
    int stream = streams++;
    addRuns(stream, Form.STORED, pieces(content, 0, content.size() - inline));
    return new Placement.Flat(stream, content, inline);
  }

  private Placement compressed(Content content) {
    long tail = content.size() <= LARGEST_FRAGMENT ? content.size() : content.size() % extentSize;
    if (tail > LARGEST_FRAGMENT) {
      tail = 0;
    }
    long body = content.size() - tail;
    long offset = packedSize;
    packed.addAll(pieces(content, body, tail));
    packedSize += tail;
    if (body == 0) {
      return new Placement.Fragment(offset);
    }
    int stream = streams++;
    addRuns(stream, Form.COMPRESSED, pieces(content, 0, body));
    return new Placement.Extents(stream, body, offset);
  }

  private static List<Piece> pieces(Content content, long from, long size) {
    List<Piece> pieces = new ArrayList<>();
    for (long at = 0; at < size; at += RUN) {
      pieces.add(new Piece(content, from + at, (int) Math.min(RUN, size - at)));
    }
    return pieces;
  }

  private void addRuns(int stream, Form form, List<Piece> pieces) {
    List<Piece> run = new ArrayList<>();
    int room = RUN;
    for (Piece piece : pieces) {
      Piece rest = piece;
      while (rest.size() > room) {
        run.add(new Piece(rest.content(), rest.offset(), room));
        rest = new Piece(rest.content(), rest.offset() + room, rest.size() - room);
        runs.add(new Run(stream, form, run));
        run = new ArrayList<>();
        room = RUN;
      }
      run.add(rest);
      room -= rest.size();
    }
    if (!run.isEmpty()) {
      runs.add(new Run(stream, form, run));
    }
  }
}
