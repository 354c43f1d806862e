package io.microvisor.formats.cpio;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.ContentSource;
import io.microvisor.bytes.Digest;
import io.microvisor.bytes.FormatException;
import io.microvisor.bytes.StructReader;
import io.microvisor.bytes.Zeros;
import io.microvisor.formats.tree.Attributes;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.Meta;
import io.microvisor.formats.tree.TreePath;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Reads one archive into a tree. Nothing is unpacked: contents stay slices of the source. Members without directories
/// above them get plain ones.
public final class CpioReader {
  private static final String FORMAT = CpioMember.FORMAT;
  private static final int LONGEST_TARGET = 4095;
  static final int MOST_MEMBERS = 1 << 20;

  private final ByteSource source;
  private final FileTree.Builder tree = FileTree.builder();
  private final Map<Digest, ByteSource> contents = new HashMap<>();
  private final Map<Long, TreePath> linked = new HashMap<>();
  private long at;

  private CpioReader(ByteSource source) {
    this.source = source;
  }

  /// Whether `source` begins as an archive does.
  public static boolean isCpio(ByteSource source) throws IOException {
    return source.size() >= 6 && StructReader.read(FORMAT, source, 0, 6).ascii(6).equals("070701");
  }

  /// Reads up to the trailer and the zeros after it; another archive may follow at [Cpio#end].
  ///
  /// @throws FormatException if this is no such archive, or it is damaged
  public static Cpio read(ByteSource source) throws IOException {
    if (!isCpio(source)) {
      throw FormatException.notThis(FORMAT, "no magic number (expected: 070701)");
    }
    CpioReader reader = new CpioReader(source);
    for (int members = 0; reader.readMember(); members++) {
      if (members >= MOST_MEMBERS) {
        throw FormatException.unsupported(FORMAT, reader.at, "more than 2^20 members");
      }
    }
    reader.skipZeros();
    return new Cpio(reader.build(), ContentSource.of(reader.contents), reader.at);
  }

  private FileTree build() throws FormatException {
    try {
      return tree.build();
    } catch (IllegalArgumentException e) {
      throw FormatException.damaged(FORMAT, at, String.valueOf(e.getMessage()));
    }
  }

  private boolean readMember() throws IOException {
    CpioMember member = CpioMember.read(source, at);
    at = member.end();
    if (member.isTrailer()) {
      return false;
    }
    try {
      put(TreePath.of(member.name()), member.header(), member.content());
    } catch (IllegalArgumentException e) {
      throw FormatException.damaged(FORMAT, member.position(), String.valueOf(e.getMessage()));
    }
    return true;
  }

  private void put(TreePath path, CpioHeader header, ByteSource content) throws IOException {
    Meta meta =
        new Meta(
            header.mode() & 07777, header.uid(), header.gid(), header.mtime(), Attributes.NONE);
    tree.mkdirs(path.parent());
    switch (header.mode() & CpioHeader.TYPE) {
      case CpioHeader.DIRECTORY -> putDirectory(path, meta);
      case CpioHeader.FILE -> putFile(path, header, meta, content);
      case CpioHeader.SYMLINK ->
          tree.put(
              path,
              new Inode.Symlink(
                  meta, new String(content.readAll(LONGEST_TARGET), StandardCharsets.UTF_8)));
      case CpioHeader.BLOCK -> tree.put(path, device(meta, Inode.Device.Kind.BLOCK, header));
      case CpioHeader.CHARACTER ->
          tree.put(path, device(meta, Inode.Device.Kind.CHARACTER, header));
      case CpioHeader.FIFO -> tree.put(path, new Inode.Fifo(meta));
      case CpioHeader.SOCKET -> tree.put(path, new Inode.Socket(meta));
      default ->
          throw new IllegalArgumentException(
              path.absolute()
                  + ": mode 0"
                  + Integer.toOctalString(header.mode())
                  + " (expected: a known file type)");
    }
  }

  private void putDirectory(TreePath path, Meta meta) {
    if (tree.find(path).orElse(null) instanceof Inode.Directory) {
      tree.replaceInode(path, new Inode.Directory(meta));
    } else {
      tree.put(path, new Inode.Directory(meta));
    }
  }

  /// Of several names of one file, only one brings the content; it may be any of them.
  private void putFile(TreePath path, CpioHeader header, Meta meta, ByteSource content)
      throws IOException {
    TreePath first = header.links() > 1 ? linked.get(header.inode()) : null;
    boolean linkable =
        first != null
            && !first.equals(path)
            && tree.find(first).orElse(null) instanceof Inode.RegularFile;
    if (linkable && first != null) {
      tree.link(path, first);
      if (header.fileSize() > 0) {
        tree.replaceInode(path, file(meta, content));
      }
    } else {
      tree.put(path, file(meta, content));
      if (header.links() > 1) {
        linked.put(header.inode(), path);
      }
    }
  }

  private Inode.RegularFile file(Meta meta, ByteSource content) throws IOException {
    Digest digest = Digest.sha256(content);
    contents.put(digest, content);
    return new Inode.RegularFile(meta, digest, content.size());
  }

  private static Inode.Device device(Meta meta, Inode.Device.Kind kind, CpioHeader header) {
    List.of(header.deviceMajor(), header.deviceMinor())
        .forEach(number -> {
          if (number > 0xfffff) {
            throw new IllegalArgumentException("device number " + number);
          }
        });
    return new Inode.Device(meta, kind, (int) header.deviceMajor(), (int) header.deviceMinor());
  }

  private void skipZeros() throws IOException {
    at = Math.min(at, source.size());
    ByteBuffer buffer = ByteBuffer.allocate(4096);
    while (at < source.size()) {
      buffer.clear().limit((int) Math.min(buffer.capacity(), source.size() - at));
      source.readFully(at, buffer);
      buffer.flip();
      if (!Zeros.only(buffer)) {
        while (buffer.get() == 0) {
          at++;
        }
        return;
      }
      at += buffer.limit();
    }
  }
}
