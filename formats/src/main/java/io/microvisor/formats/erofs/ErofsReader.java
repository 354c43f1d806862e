package io.microvisor.formats.erofs;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.ContentSource;
import io.microvisor.bytes.Digest;
import io.microvisor.bytes.FormatException;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.Meta;
import io.microvisor.formats.tree.TreePath;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Opens images that [ErofsWriter] wrote.
///
/// Because a [FileTree] names contents by digest, opening reads and hashes every file once, on all processors.
/// Everything is checked against the image's bounds: a damaged or hostile image gives a [FormatException].
public final class ErofsReader {
  private static final int LONGEST_PATH = 4096;
  private static final int LONGEST_TARGET = 4095;

  private record Found(TreePath path, NodeReader.Node node) {}

  private record Name(TreePath path, long nid) {}

  private final ByteSource image;
  private final SuperBlock superBlock;
  private final NodeReader nodes;
  private final Map<Long, Found> found = new HashMap<>();
  private final List<Name> names = new ArrayList<>();
  private long contentSize;
  private long attributeSize;

  private ErofsReader(ByteSource image, SuperBlock superBlock, NodeReader nodes) {
    this.image = image;
    this.superBlock = superBlock;
    this.nodes = nodes;
  }

  /// Reads the tree of an image.
  ///
  /// @throws FormatException if it is no EROFS image, damaged, or uses what [ErofsWriter] does not write
  public static ErofsImage open(ByteSource source) throws IOException {
    SuperBlock superBlock = SuperBlock.read(source);
    ByteSource image = source.slice(0, superBlock.blocks() * Blocks.SIZE);
    NodeReader nodes = new NodeReader(image, superBlock).withPacked();
    return new ErofsReader(image, superBlock, nodes).open();
  }

  private ErofsImage open() throws IOException {
    walk();
    Map<Long, Digest> digests = digests();
    Map<Digest, Long> contents = new HashMap<>();
    digests.forEach((nid, digest) -> contents.putIfAbsent(digest, nid));
    ContentSource source = digest -> Optional.ofNullable(contents.get(digest)).map(this::content);
    ErofsImage.Header header =
        new ErofsImage.Header(superBlock.uuid(), superBlock.label(), superBlock.epoch());
    return new ErofsImage(header, tree(digests), source);
  }

  private ByteSource content(long nid) {
    return Objects.requireNonNull(found.get(nid)).node().content();
  }

  private void walk() throws IOException {
    Deque<Long> open = new ArrayDeque<>();
    visit(TreePath.ROOT, superBlock.rootNid(), FileType.DIRECTORY);
    open.add((long) superBlock.rootNid());
    int most = (int) Math.min(Integer.MAX_VALUE / 2, image.size() / 12);
    while (!open.isEmpty()) {
      Found directory = Objects.requireNonNull(found.get(open.remove()));
      NodeReader.Node node = directory.node();
      for (DirectoryBlocks.Dirent dirent :
          DirectoryBlocks.read(node.content(), most - names.size())) {
        TreePath path = directory.path().resolve(dirent.name());
        if (path.toString().length() > LONGEST_PATH) {
          throw damaged(node.position(), "a path of more than " + LONGEST_PATH + " characters");
        }
        boolean fresh = visit(path, dirent.nid(), dirent.type());
        if (dirent.type() == FileType.DIRECTORY) {
          if (!fresh) {
            throw damaged(node.position(), path.absolute() + ": a directory of two names");
          }
          open.add(dirent.nid());
        }
      }
    }
  }

  private boolean visit(TreePath path, long nid, FileType type) throws IOException {
    names.add(new Name(path, nid));
    Found known = found.get(nid);
    if (known != null) {
      if (known.node().type() != type) {
        throw damaged(known.node().position(), path.absolute() + ": named as " + type);
      }
      return false;
    }
    NodeReader.Node node = nodes.read(nid);
    if (node.type() != type) {
      throw damaged(
          node.position(), path.absolute() + ": " + node.type() + ", but named as " + type);
    }
    found.put(nid, new Found(path, node));
    attributeSize += InlineXattrs.sizeOf(node.inode().xattrCount());
    contentSize += node.content().size();
    if (attributeSize > image.size() || contentSize > image.size() * NodeReader.MOST_EXPANSION) {
      throw damaged(node.position(), "more attributes or contents than such an image can hold");
    }
    return true;
  }

  private Map<Long, Digest> digests() throws IOException {
    Map<Long, Future<Digest>> running = new HashMap<>();
    Map<Long, Digest> digests = new HashMap<>();
    try (ExecutorService executor =
        Executors.newFixedThreadPool(
            Runtime.getRuntime().availableProcessors(), Thread.ofVirtual().factory())) {
      try {
        for (Name name : names) {
          NodeReader.Node node = Objects.requireNonNull(found.get(name.nid())).node();
          if (node.type() == FileType.REGULAR && !running.containsKey(name.nid())) {
            running.put(name.nid(), executor.submit(() -> Digest.sha256(node.content())));
          }
        }
        for (Map.Entry<Long, Future<Digest>> entry : running.entrySet()) {
          digests.put(entry.getKey(), await(entry.getValue()));
        }
      } finally {
        running.values().forEach(future -> future.cancel(false));
      }
    }
    return digests;
  }

  private static Digest await(Future<Digest> result) throws IOException {
    try {
      return result.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      InterruptedIOException stopped = new InterruptedIOException("EROFS image: interrupted");
      stopped.initCause(e);
      throw stopped;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException io) {
        throw io;
      }
      throw new IllegalStateException("hashing contents failed", e.getCause());
    }
  }

  private FileTree tree(Map<Long, Digest> digests) throws IOException {
    FileTree.Builder builder = FileTree.builder();
    for (Name name : names) {
      Found first = Objects.requireNonNull(found.get(name.nid()));
      try {
        if (name.path().isRoot()) {
          builder.replaceInode(TreePath.ROOT, new Inode.Directory(first.node().meta()));
        } else if (first.path().equals(name.path())) {
          builder.put(name.path(), inode(name.nid(), first.node(), digests));
        } else {
          builder.link(name.path(), first.path());
        }
      } catch (IllegalArgumentException e) {
        FormatException damaged = damaged(first.node().position(), String.valueOf(e.getMessage()));
        damaged.initCause(e);
        throw damaged;
      }
    }
    return builder.build();
  }

  private static Inode inode(long nid, NodeReader.Node node, Map<Long, Digest> digests)
      throws IOException {
    Meta meta = node.meta();
    return switch (node.type()) {
      case DIRECTORY -> new Inode.Directory(meta);
      case REGULAR ->
          new Inode.RegularFile(
              meta, Objects.requireNonNull(digests.get(nid)), node.content().size());
      case SYMLINK -> new Inode.Symlink(meta, target(node));
      case CHARACTER_DEVICE -> device(meta, Inode.Device.Kind.CHARACTER, node);
      case BLOCK_DEVICE -> device(meta, Inode.Device.Kind.BLOCK, node);
      case FIFO -> new Inode.Fifo(meta);
      case SOCKET -> new Inode.Socket(meta);
      case UNKNOWN -> throw damaged(node.position(), "an inode of no type");
    };
  }

  static Inode device(Meta meta, Inode.Device.Kind kind, NodeReader.Node node) {
    long number = node.inode().union();
    int major = (int) (number >> 8 & 0xfff);
    int minor = (int) (number & 0xff | number >> 12 & 0xfff00);
    return new Inode.Device(meta, kind, major, minor);
  }

  static String target(NodeReader.Node node) throws IOException {
    if (node.content().size() > LONGEST_TARGET) {
      throw damaged(node.position(), "a target of " + node.content().size() + " bytes");
    }
    byte[] target = node.content().readAll(LONGEST_TARGET);
    return Names.decode(target, node.position());
  }

  private static FormatException damaged(long position, String what) {
    return FormatException.damaged(Blocks.FORMAT, position, what);
  }
}
