package io.microvisor.formats.erofs;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.FormatException;
import io.microvisor.formats.tree.FileView;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.Meta;
import io.microvisor.formats.tree.TreePath;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.LinkedHashMap;

/// An image that is read as one looks around in it, where [ErofsReader] reads and hashes all of it.
///
/// Directories are remembered, contents are not. Everything is checked against the image's bounds, as by [ErofsReader].
public final class ErofsFiles implements FileView {
  private final SuperBlock superBlock;
  private final NodeReader nodes;
  private final int mostNames;
  private final Map<Long, SequencedMap<String, DirectoryBlocks.Dirent>> directories =
      new HashMap<>();
  private final Map<Long, TreePath> places = new HashMap<>();

  private ErofsFiles(SuperBlock superBlock, NodeReader nodes, int mostNames) {
    this.superBlock = superBlock;
    this.nodes = nodes;
    this.mostNames = mostNames;
  }

  /// Opens an image, which may be followed by other bytes.
  ///
  /// @throws FormatException if it is no EROFS image, its superblock is damaged, or it uses what [ErofsWriter] does not
  ///     write
  public static ErofsFiles open(ByteSource source) throws IOException {
    SuperBlock superBlock = SuperBlock.read(source);
    ByteSource image = source.slice(0, superBlock.blocks() * Blocks.SIZE);
    NodeReader nodes = new NodeReader(image, superBlock).withPacked();
    return new ErofsFiles(
        superBlock, nodes, (int) Math.min(Integer.MAX_VALUE / 2, image.size() / 12));
  }

  /// What the superblock says.
  public ErofsImage.Header header() {
    return new ErofsImage.Header(superBlock.uuid(), superBlock.label(), superBlock.epoch());
  }

  /// The size of the image, in bytes.
  public long size() {
    return superBlock.blocks() * Blocks.SIZE;
  }

  @Override
  public Optional<Seen> find(TreePath path) throws IOException {
    Optional<DirectoryBlocks.Dirent> dirent = dirent(path);
    return dirent.isPresent() ? Optional.of(seen(path, dirent.get())) : Optional.empty();
  }

  @Override
  public List<Seen> list(TreePath directory) throws IOException {
    Optional<DirectoryBlocks.Dirent> dirent = dirent(directory);
    List<Seen> all = new ArrayList<>();
    if (dirent.isPresent() && dirent.get().type() == FileType.DIRECTORY) {
      for (DirectoryBlocks.Dirent child : directory(directory, dirent.get()).values()) {
        all.add(seen(directory.resolve(child.name()), child));
      }
    }
    return all;
  }

  private Optional<DirectoryBlocks.Dirent> dirent(TreePath path) throws IOException {
    if (path.isRoot()) {
      return Optional.of(
          new DirectoryBlocks.Dirent("", FileType.DIRECTORY, superBlock.rootNid(), 0));
    }
    Optional<DirectoryBlocks.Dirent> parent = dirent(path.parent());
    if (parent.isEmpty() || parent.get().type() != FileType.DIRECTORY) {
      return Optional.empty();
    }
    return Optional.ofNullable(directory(path.parent(), parent.get()).get(path.name()));
  }

  /// The entries of a directory; one that is in two places would let a walk go on for ever.
  private SequencedMap<String, DirectoryBlocks.Dirent> directory(
      TreePath path, DirectoryBlocks.Dirent dirent) throws IOException {
    TreePath first = places.putIfAbsent(dirent.nid(), path);
    if (first != null && !first.equals(path)) {
      throw FormatException.damaged(
          Blocks.FORMAT, dirent.position(), path.absolute() + ": a directory of two names");
    }
    SequencedMap<String, DirectoryBlocks.Dirent> known = directories.get(dirent.nid());
    if (known != null) {
      return known;
    }
    SequencedMap<String, DirectoryBlocks.Dirent> entries = new LinkedHashMap<>();
    for (DirectoryBlocks.Dirent each :
        DirectoryBlocks.read(node(path, dirent).content(), mostNames)) {
      entries.put(each.name(), each);
    }
    directories.put(dirent.nid(), entries);
    return entries;
  }

  private NodeReader.Node node(TreePath path, DirectoryBlocks.Dirent dirent) throws IOException {
    NodeReader.Node node = nodes.read(dirent.nid());
    if (node.type() != dirent.type()) {
      throw FormatException.damaged(
          Blocks.FORMAT,
          node.position(),
          path.absolute() + ": " + node.type() + ", but named as " + dirent.type());
    }
    return node;
  }

  private Seen seen(TreePath path, DirectoryBlocks.Dirent dirent) throws IOException {
    NodeReader.Node node = node(path, dirent);
    Meta meta = node.meta();
    return switch (node.type()) {
      case REGULAR -> new Seen.File(path, meta, node.content());
      case DIRECTORY -> new Seen.Other(path, new Inode.Directory(meta));
      case SYMLINK -> new Seen.Other(path, symlink(meta, node));
      case CHARACTER_DEVICE ->
          new Seen.Other(path, ErofsReader.device(meta, Inode.Device.Kind.CHARACTER, node));
      case BLOCK_DEVICE ->
          new Seen.Other(path, ErofsReader.device(meta, Inode.Device.Kind.BLOCK, node));
      case FIFO -> new Seen.Other(path, new Inode.Fifo(meta));
      case SOCKET -> new Seen.Other(path, new Inode.Socket(meta));
      case UNKNOWN ->
          throw FormatException.damaged(Blocks.FORMAT, node.position(), "an inode of no type");
    };
  }

  private static Inode symlink(Meta meta, NodeReader.Node node) throws IOException {
    String target = ErofsReader.target(node);
    try {
      return new Inode.Symlink(meta, target);
    } catch (IllegalArgumentException e) {
      FormatException damaged =
          FormatException.damaged(Blocks.FORMAT, node.position(), String.valueOf(e.getMessage()));
      damaged.initCause(e);
      throw damaged;
    }
  }
}
