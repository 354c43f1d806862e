package io.microvisor.formats.tree;

import io.microvisor.bytes.Digest;
import io.microvisor.bytes.FormatException;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.DigestOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The one canonical byte form of a [FileTree]. Numbers are big-endian; text is UTF-8 behind its u16 length in bytes.
///
/// | field | size | meaning |
/// |---|---|---|
/// | magic | 8 | `EMTTREE1` |
/// | count | 4 | number of entries, in order of path, the root first |
/// | entries | | each as below |
///
/// An entry begins with its path (text) and inode id (u32). Where that id was seen before, nothing follows: a hard link.
/// Else: type (u8: 1 directory, 2 regular file, 3 symbolic link, 4 block device, 5 character device, 6 fifo, 7 socket),
/// mode (u16), uid (u32), gid (u32), mtime (i64), number of attributes (u16), each as name (text), length (u32) and
/// value; then for a regular file its digest (32 bytes) and size (u64), for a link its target (text), for a device major
/// and minor (u32 each).
public final class TreeCodec {
  private static final String FORMAT = "tree";
  private static final byte[] MAGIC = "EMTTREE1".getBytes(StandardCharsets.US_ASCII);
  private static final int LARGEST_ATTRIBUTE = 1 << 16;

  private TreeCodec() {}

  /// Writes `tree`; the stream stays open.
  public static void write(FileTree tree, OutputStream stream) throws IOException {
    DataOutputStream out = new DataOutputStream(stream);
    out.write(MAGIC);
    out.writeInt(tree.size());
    int next = 0;
    for (FileTree.Entry entry : (Iterable<FileTree.Entry>) tree.entries()::iterator) {
      writeText(out, entry.path().toString());
      out.writeInt(entry.id().value());
      if (entry.id().value() == next) {
        writeInode(out, entry.inode());
        next++;
      }
    }
    out.flush();
  }

  static Digest digest(FileTree tree) throws IOException {
    try (DigestOutputStream out =
        new DigestOutputStream(OutputStream.nullOutputStream(), Digest.hasher())) {
      BufferedOutputStream buffered = new BufferedOutputStream(out, 1 << 16);
      write(tree, buffered);
      buffered.flush();
      return Digest.of(out.getMessageDigest().digest());
    }
  }

  private static void writeInode(DataOutputStream out, Inode inode) throws IOException {
    out.writeByte(type(inode));
    Meta meta = inode.meta();
    out.writeShort(meta.mode());
    out.writeInt((int) meta.uid());
    out.writeInt((int) meta.gid());
    out.writeLong(meta.mtime());
    out.writeShort(meta.attributes().size());
    List<byte[]> values = new ArrayList<>();
    meta.attributes().forEach((name, value) -> values.add(value));
    int i = 0;
    for (String name : meta.attributes().names()) {
      writeText(out, name);
      out.writeInt(values.get(i).length);
      out.write(values.get(i++));
    }
    switch (inode) {
      case Inode.RegularFile file -> {
        out.write(file.content().bytes());
        out.writeLong(file.size());
      }
      case Inode.Symlink link -> writeText(out, link.target());
      case Inode.Device device -> {
        out.writeInt(device.major());
        out.writeInt(device.minor());
      }
      case Inode.Directory _, Inode.Fifo _, Inode.Socket _ -> {}
    }
  }

  private static int type(Inode inode) {
    return switch (inode) {
      case Inode.Directory _ -> 1;
      case Inode.RegularFile _ -> 2;
      case Inode.Symlink _ -> 3;
      case Inode.Device device -> device.kind() == Inode.Device.Kind.BLOCK ? 4 : 5;
      case Inode.Fifo _ -> 6;
      case Inode.Socket _ -> 7;
    };
  }

  private static void writeText(DataOutputStream out, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    if (bytes.length > 0xffff) {
      throw new IllegalArgumentException(
          "tree: a path of " + bytes.length + " bytes (expected: at most 65535)");
    }
    out.writeShort(bytes.length);
    out.write(bytes);
  }

  /// Reads a tree that [#write] wrote; the stream stays open and nothing behind the tree is read.
  ///
  /// @throws FormatException if the bytes are anything else
  public static FileTree read(InputStream stream) throws IOException {
    DataInputStream in = new DataInputStream(stream);
    try {
      byte[] magic = in.readNBytes(MAGIC.length);
      if (!Arrays.equals(magic, MAGIC)) {
        throw FormatException.notThis(FORMAT, "no \"EMTTREE1\" at byte 0");
      }
      int count = in.readInt();
      FileTree.Builder builder = FileTree.builder();
      List<TreePath> first = new ArrayList<>();
      TreePath last = TreePath.ROOT;
      for (int i = 0; i < count; i++) {
        TreePath path = TreePath.of(readText(in));
        int id = in.readInt();
        if (id == first.size()) {
          first.add(path);
          if (path.compareTo(last) > 0) {
            builder.place(path, readInode(in));
            last = path;
          } else {
            builder.put(path, readInode(in));
          }
        } else if (id >= 0 && id < first.size()) {
          builder.link(path, first.get(id));
        } else {
          throw FormatException.damaged(FORMAT, 0, "entry " + i + " has inode id " + id);
        }
      }
      return builder.build();
    } catch (EOFException e) {
      FormatException damaged = FormatException.damaged(FORMAT, 0, "ends too early (truncated?)");
      damaged.initCause(e);
      throw damaged;
    } catch (IllegalArgumentException e) {
      FormatException damaged = FormatException.damaged(FORMAT, 0, String.valueOf(e.getMessage()));
      damaged.initCause(e);
      throw damaged;
    }
  }

  private static Inode readInode(DataInputStream in) throws IOException {
    int type = in.readUnsignedByte();
    int mode = in.readUnsignedShort();
    long uid = in.readInt() & 0xffff_ffffL;
    long gid = in.readInt() & 0xffff_ffffL;
    long mtime = in.readLong();
    int count = in.readUnsignedShort();
    Attributes attributes = Attributes.NONE;
    for (int i = 0; i < count; i++) {
      String name = readText(in);
      int length = in.readInt();
      if (length < 0 || length > LARGEST_ATTRIBUTE) {
        throw FormatException.damaged(
            FORMAT, 0, "attribute " + name + " of " + length + " bytes (expected: at most 65536)");
      }
      attributes = attributes.with(name, readExactly(in, length));
    }
    Meta meta = new Meta(mode, uid, gid, mtime, attributes);
    return switch (type) {
      case 1 -> new Inode.Directory(meta);
      case 2 -> new Inode.RegularFile(meta, Digest.of(readExactly(in, Digest.SIZE)), in.readLong());
      case 3 -> new Inode.Symlink(meta, readText(in));
      case 4 -> new Inode.Device(meta, Inode.Device.Kind.BLOCK, in.readInt(), in.readInt());
      case 5 -> new Inode.Device(meta, Inode.Device.Kind.CHARACTER, in.readInt(), in.readInt());
      case 6 -> new Inode.Fifo(meta);
      case 7 -> new Inode.Socket(meta);
      default ->
          throw FormatException.damaged(FORMAT, 0, "inode type " + type + " (expected: 1 to 7)");
    };
  }

  private static String readText(DataInputStream in) throws IOException {
    return new String(readExactly(in, in.readUnsignedShort()), StandardCharsets.UTF_8);
  }

  private static byte[] readExactly(DataInputStream in, int count) throws IOException {
    byte[] bytes = in.readNBytes(count);
    if (bytes.length < count) {
      throw new EOFException();
    }
    return bytes;
  }
}
