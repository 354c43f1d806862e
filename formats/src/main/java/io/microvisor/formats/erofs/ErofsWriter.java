package io.microvisor.formats.erofs;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.ContentSource;
import io.microvisor.bytes.RandomSink;
import io.microvisor.bytes.StructWriter;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Writes an image of a [FileTree].
///
/// The same tree and specification give the same bytes, whatever the number of threads and whatever the cache holds.
public final class ErofsWriter {
  private static final int FIRST_BLOCK = 1;
  private static final long MOST_BLOCKS = 0xffff_ffffL;

  private final ErofsSpec spec;
  private final ContentSource contents;
  private final RandomSink out;

  private ErofsWriter(ErofsSpec spec, ContentSource contents, RandomSink out) {
    this.spec = spec;
    this.contents = contents;
    this.out = out;
  }

  /// Writes an image of `tree` to `out` from position 0 and sets the sink's size. Contents are read and compressed on
  /// all processors; memory is a few MiB for each of them and a few hundred bytes for each inode.
  ///
  /// @throws IOException if a content is missing or not of the size the tree says, or the sink fails
  /// @throws IllegalArgumentException if an attribute cannot be expressed
  public static ErofsResult write(
      FileTree tree, ContentSource contents, ErofsSpec spec, RandomSink out) throws IOException {
    return write(tree, contents, spec, out, Runtime.getRuntime().availableProcessors());
  }

  static ErofsResult write(
      FileTree tree, ContentSource contents, ErofsSpec spec, RandomSink out, int threads)
      throws IOException {
    checkSizes(tree, contents);
    ErofsPlan plan = ErofsPlan.of(tree, spec.compression());
    RunEncoder encoder = new RunEncoder(contents, spec.compression(), spec.cache());
    ContentBlocks blocks = ContentBlocks.write(plan, encoder, FIRST_BLOCK, threads, out);
    ErofsLayout layout = ErofsLayout.of(tree, plan, blocks, spec);
    return new ErofsWriter(spec, contents, out).write(tree, plan, layout);
  }

  private static void checkSizes(FileTree tree, ContentSource contents) throws IOException {
    for (FileTree.Entry entry : (Iterable<FileTree.Entry>) tree.entries()::iterator) {
      if (entry.inode() instanceof Inode.RegularFile file && file.size() > 0) {
        long size = contents.open(file.content()).size();
        if (size != file.size()) {
          throw new IOException(
              entry.path().absolute()
                  + ": content of "
                  + size
                  + " bytes (expected: "
                  + file.size()
                  + ")");
        }
      }
    }
  }

  private ErofsResult write(FileTree tree, ErofsPlan plan, ErofsLayout layout) throws IOException {
    for (ErofsLayout.Node node : layout.nodes()) {
      write(layout, node);
    }
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
        tree.inodeCount());
  }

  private int windowLog() {
    return switch (spec.compression()) {
      case Compression.None _ -> 0;
      case Compression.Zstd zstd -> Integer.numberOfTrailingZeros(zstd.extentSize());
    };
  }

  private void write(ErofsLayout layout, ErofsLayout.Node node) throws IOException {
    NodeDraft draft = node.draft();
    InodeRecord inode = draft.inode();
    byte[] head =
        (draft.ownBlocks() > 0 ? inode.withUnion(node.block()) : inode).toBytes(spec.buildTime());
    byte[] xattrs = InlineXattrs.toBytes(draft.attributes());
    byte[] behind = behind(layout, node);
    byte[] bytes =
        StructWriter.ofSize(draft.size())
            .bytes(head)
            .bytes(xattrs)
            .zeros(draft.size() - head.length - xattrs.length - behind.length)
            .bytes(behind)
            .toBytes();
    out.write(layout.metaBlock() * Blocks.SIZE + node.position(), ByteBuffer.wrap(bytes));
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
      case NodeDraft.Payload.Tail tail -> {
        ByteSource source = contents.open(tail.file().content());
        ByteBuffer bytes = ByteBuffer.allocate(tail.length());
        source.readFully(source.size() - tail.length(), bytes);
        yield bytes.array();
      }
    };
  }

  private byte[] split(ErofsLayout.Node node, byte[] bytes) throws IOException {
    int inBlocks = (int) Math.min(bytes.length, node.draft().ownBlocks() * Blocks.SIZE);
    if (inBlocks > 0) {
      out.write(node.block() * Blocks.SIZE, ByteBuffer.wrap(bytes, 0, inBlocks));
    }
    return Arrays.copyOfRange(bytes, inBlocks, bytes.length);
  }
}
