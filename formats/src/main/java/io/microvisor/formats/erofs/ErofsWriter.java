package io.microvisor.formats.erofs;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.ContentSource;
import io.microvisor.bytes.Digest;
import io.microvisor.bytes.RandomSink;
import io.microvisor.bytes.Versions;
import io.microvisor.formats.compression.Zstd;
import io.microvisor.formats.tree.FileTree;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/// Writes an image of a [FileTree].
///
/// The same tree and specification give the same bytes, whatever the number of threads and whatever the cache holds.
public final class ErofsWriter {
  /// Raised when the same input gives other bytes.
  public static final Versions VERSIONS = Versions.of("erofs", 1, Zstd.VERSIONS);

  private static final int FIRST_BLOCK = 1;
  private static final long MOST_BLOCKS = 0xffff_ffffL;

  private final ErofsSpec spec;
  private final ContentSource contents;
  private final EarlierImage earlier;
  private final RandomSink out;
  private final Map<Digest, ImageIndex.Place> places = new HashMap<>();

  private ErofsWriter(
      ErofsSpec spec, ContentSource contents, EarlierImage earlier, RandomSink out) {
    this.spec = spec;
    this.contents = contents;
    this.earlier = earlier;
    this.out = out;
  }

  /// Writes an image that has nothing in common with an earlier one, see
  /// [#write(FileTree, ContentSource, ErofsSpec, EarlierImage, RandomSink)].
  public static ErofsResult write(
      FileTree tree, ContentSource contents, ErofsSpec spec, RandomSink out) throws IOException {
    return write(tree, contents, spec, EarlierImage.NONE, out);
  }

  /// Writes an image of `tree` to `out` from position 0 and sets the sink's size. Contents that the earlier image lacks
  /// are read and compressed on all processors; memory is a few MiB for each of them and a few hundred bytes for each
  /// inode.
  ///
  /// @throws IOException if a content is missing or not of the size the tree says, or the sink fails
  /// @throws IllegalArgumentException if an attribute cannot be expressed
  public static ErofsResult write(
      FileTree tree, ContentSource contents, ErofsSpec spec, EarlierImage earlier, RandomSink out)
      throws IOException {
    return write(tree, contents, spec, earlier, out, Runtime.getRuntime().availableProcessors());
  }

  static ErofsResult write(
      FileTree tree,
      ContentSource contents,
      ErofsSpec spec,
      EarlierImage earlier,
      RandomSink out,
      int threads)
      throws IOException {
    ErofsPlan plan = ErofsPlan.of(tree, spec.compression());
    RunEncoder encoder = new RunEncoder(contents, spec.compression(), spec.cache(), earlier);
    ContentBlocks blocks = ContentBlocks.write(plan, encoder, earlier, FIRST_BLOCK, threads, out);
    ErofsLayout layout = ErofsLayout.of(tree, plan, blocks, spec);
    ErofsWriter writer = new ErofsWriter(spec, contents, earlier, out);
    writer.places.putAll(blocks.places());
    return writer.write(tree, plan, layout);
  }

  /// Compresses what of a tree can be compressed before all of it is known, and keeps it in the cache, on one processor: the
  /// contents that have blocks of their own. An image of another tree that shares them is then written sooner.
  ///
  /// @param goOn asked before each MiB; false ends it
  /// @throws IOException if a content is missing or not of the size the tree says
  public static void compressAhead(
      FileTree tree,
      ContentSource contents,
      Compression compression,
      ExtentCache cache,
      BooleanSupplier goOn)
      throws IOException {
    ErofsPlan plan = ErofsPlan.of(tree, compression);
    RunEncoder encoder = new RunEncoder(contents, compression, cache, EarlierImage.NONE);
    int shared = plan.packedSize() > 0 ? plan.streams() - 1 : -1;
    for (ErofsPlan.Run run : plan.runs()) {
      if (!goOn.getAsBoolean()) {
        return;
      }
      if (run.stream() != shared) {
        encoder.encode(run, encoder.key(run));
      }
    }
  }

  private ErofsResult write(FileTree tree, ErofsPlan plan, ErofsLayout layout) throws IOException {
    byte[] metadata = new byte[Math.toIntExact(layout.metadataSize())];
    for (ErofsLayout.Node node : layout.nodes()) {
      write(layout, node, metadata);
    }
    out.write(layout.metaBlock() * Blocks.SIZE, ByteBuffer.wrap(metadata));
    long blocks = layout.metaBlock() + Blocks.count(layout.metadataSize());
    if (blocks > MOST_BLOCKS) {
      throw new IOException("EROFS image: " + blocks + " blocks (expected: at most 2^32 - 1)");
    }
    boolean packed = plan.packedSize() > 0;
    SuperBlock superBlock =
        new SuperBlock(
            (int) layout.nodes().getFirst().nid(),
            tree.inodeCount(),
            spec.buildTime(),
            blocks,
            layout.metaBlock(),
            spec.uuid(),
            spec.label(),
            windowLog(),
            packed ? layout.nodes().getLast().nid() : 0);
    out.write(SuperBlock.OFFSET, ByteBuffer.wrap(superBlock.toBytes()));
    out.setSize(blocks * Blocks.SIZE);
    return new ErofsResult(
        blocks * Blocks.SIZE,
        tree.contentSize(),
        plan.packedSize(),
        layout.metadataSize(),
        tree.inodeCount(),
        ImageIndex.of(places, plan.packed()));
  }

  private int windowLog() {
    return switch (spec.compression()) {
      case Compression.None _ -> 0;
      case Compression.Zstd zstd -> Integer.numberOfTrailingZeros(zstd.extentSize());
    };
  }

  private void write(ErofsLayout layout, ErofsLayout.Node node, byte[] metadata)
      throws IOException {
    NodeDraft draft = node.draft();
    InodeRecord inode = draft.inode();
    byte[] head =
        (draft.ownBlocks() > 0 ? inode.withUnion(node.block()) : inode).toBytes(spec.buildTime());
    byte[] xattrs = InlineXattrs.toBytes(draft.attributes());
    byte[] behind = behind(layout, node);
    int start = Math.toIntExact(node.position());
    System.arraycopy(head, 0, metadata, start, head.length);
    System.arraycopy(xattrs, 0, metadata, start + head.length, xattrs.length);
    System.arraycopy(behind, 0, metadata, start + draft.size() - behind.length, behind.length);
  }

  /// What goes behind the inode; what goes into blocks of the inode's own is written at once.
  private byte[] behind(ErofsLayout layout, ErofsLayout.Node node) throws IOException {
    return switch (node.draft().data()) {
      case NodeDraft.Payload.None _ -> new byte[0];
      case NodeDraft.Payload.Extents map ->
          BlockMap.of(map.extents(), map.fragmentSize(), map.fragmentOffset());
      case NodeDraft.Payload.Fragment map -> BlockMap.ofFragment(map.offset());
      case NodeDraft.Payload.Target target ->
          split(node, target.text().getBytes(StandardCharsets.UTF_8));
      case NodeDraft.Payload.Directory directory ->
          split(node, directory.content().toBytes(id -> layout.nodes().get(id).nid()));
      case NodeDraft.Payload.Tail tail ->
          tail(tail, layout.metaBlock() * Blocks.SIZE + node.position() + node.draft().size());
    };
  }

  /// @param end where in the image it ends
  private byte[] tail(NodeDraft.Payload.Tail tail, long end) throws IOException {
    Digest key = RunEncoder.key(tail);
    places.put(key, new ImageIndex.Place(end - tail.length(), tail.length(), List.of()));
    ByteBuffer bytes = ByteBuffer.allocate(tail.length());
    Optional<ImageIndex.Place> known =
        earlier.index().find(key).filter(place -> place.size() == tail.length());
    if (known.isPresent()) {
      earlier.bytes().readFully(known.get().position(), bytes);
    } else {
      ByteSource source = tail.content().open(contents);
      source.readFully(source.size() - tail.length(), bytes);
    }
    return bytes.array();
  }

  private byte[] split(ErofsLayout.Node node, byte[] bytes) throws IOException {
    int inBlocks = (int) Math.min(bytes.length, node.draft().ownBlocks() * Blocks.SIZE);
    if (inBlocks > 0) {
      out.write(node.block() * Blocks.SIZE, ByteBuffer.wrap(bytes, 0, inBlocks));
    }
    return Arrays.copyOfRange(bytes, inBlocks, bytes.length);
  }
}
