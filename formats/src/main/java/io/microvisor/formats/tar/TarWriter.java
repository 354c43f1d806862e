package io.microvisor.formats.tar;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.ContentSource;
import io.microvisor.formats.tree.Attributes;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.Meta;
import io.microvisor.formats.tree.TreePath;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/// Writes a file tree as an archive: ustar headers, with a pax extended header before a member where a field is too
/// small or there are extended attributes. The same tree always gives the same bytes.
///
/// Members come in order of path, each path behind `./`, directories with a slash behind. The first path of an inode
/// carries its content, the others are hard links to it. GNU tar needs `--xattrs --xattrs-include='*'
/// --numeric-owner -p` to restore all of it.
public final class TarWriter {
  private static final byte[] NOTHING = {};

  private final ContentSource contents;
  private final OutputStream out;
  private final Map<Integer, TreePath> first = new HashMap<>();

  private TarWriter(ContentSource contents, OutputStream out) {
    this.contents = contents;
    this.out = out;
  }

  /// Writes `tree` to `out`, which stays open.
  ///
  /// @throws IOException if `contents` lacks a file's, or has it with another size
  /// @throws IllegalArgumentException if the tree holds a socket, which tar cannot express
  public static void write(FileTree tree, ContentSource contents, OutputStream out)
      throws IOException {
    TarWriter writer = new TarWriter(contents, out);
    for (FileTree.Entry entry : (Iterable<FileTree.Entry>) tree.entries()::iterator) {
      writer.write(entry);
    }
    out.write(new byte[2 * TarHeader.BLOCK_SIZE]);
    out.flush();
  }

  private void write(FileTree.Entry entry) throws IOException {
    TreePath path = entry.path();
    TreePath original = first.putIfAbsent(entry.id().value(), path);
    if (original != null) {
      Meta plain = entry.inode().meta().withAttributes(Attributes.NONE);
      member("./" + path, plain, '1', 0, "./" + original, 0, 0);
      return;
    }
    Meta meta = entry.inode().meta();
    switch (entry.inode()) {
      case Inode.Directory _ ->
          member(path.isRoot() ? "./" : "./" + path + "/", meta, '5', 0, "", 0, 0);
      case Inode.RegularFile file -> {
        member("./" + path, meta, '0', file.size(), "", 0, 0);
        content(path, file);
      }
      case Inode.Symlink link -> member("./" + path, meta, '2', 0, link.target(), 0, 0);
      case Inode.Device device -> {
        char type = device.kind() == Inode.Device.Kind.CHARACTER ? '3' : '4';
        member("./" + path, meta, type, 0, "", device.major(), device.minor());
      }
      case Inode.Fifo _ -> member("./" + path, meta, '6', 0, "", 0, 0);
      case Inode.Socket _ ->
          throw new IllegalArgumentException(
              "tar: " + path.absolute() + " is a socket (expected: what tar can express)");
    }
  }

  private void member(
      String path, Meta meta, char type, long size, String target, int major, int minor)
      throws IOException {
    PaxRecords records = new PaxRecords();
    byte[] name = text(records, "path", path);
    byte[] linkname = text(records, "linkpath", target);
    long uid = number(records, "uid", meta.uid(), TarHeader.LARGEST_SEVEN_DIGITS);
    long gid = number(records, "gid", meta.gid(), TarHeader.LARGEST_SEVEN_DIGITS);
    long fieldSize = number(records, "size", size, TarHeader.LARGEST_ELEVEN_DIGITS);
    long mtime = number(records, "mtime", meta.mtime(), TarHeader.LARGEST_ELEVEN_DIGITS);
    meta.attributes().forEach((key, value) -> records.add(PaxRecords.XATTR + encoded(key), value));
    if (!records.isEmpty()) {
      byte[] extended = records.toBytes();
      byte[] extendedName = "./PaxHeaders".getBytes(StandardCharsets.US_ASCII);
      out.write(
          new TarHeader(
                  extendedName,
                  0644,
                  0,
                  0,
                  extended.length,
                  0,
                  'x',
                  NOTHING,
                  NOTHING,
                  NOTHING,
                  0,
                  0)
              .toBytes());
      out.write(extended);
      pad(extended.length);
    }
    out.write(
        new TarHeader(
                name,
                meta.mode(),
                uid,
                gid,
                fieldSize,
                mtime,
                type,
                linkname,
                NOTHING,
                NOTHING,
                major,
                minor)
            .toBytes());
  }

  private static byte[] text(PaxRecords records, String keyword, String value) {
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    if (bytes.length <= TarHeader.NAME_SIZE) {
      return bytes;
    }
    records.add(keyword, bytes);
    return "././@LongLink".getBytes(StandardCharsets.US_ASCII);
  }

  private static long number(PaxRecords records, String keyword, long value, long max) {
    if (value >= 0 && value <= max) {
      return value;
    }
    records.add(keyword, Long.toString(value));
    return 0;
  }

  /// The name of an attribute as GNU tar writes it in a keyword, which `=` would end.
  private static String encoded(String name) {
    return name.replace("%", "%25").replace("=", "%3D");
  }

  private void content(TreePath path, Inode.RegularFile file) throws IOException {
    ByteSource content = contents.open(file.content(), file.size(), path.absolute());
    try (InputStream stream = content.stream()) {
      long copied = stream.transferTo(out);
      if (copied != file.size()) {
        throw new IOException(
            "%s: its content changed while it was read, %d bytes (expected: %d)"
                .formatted(path.absolute(), copied, file.size()));
      }
    }
    pad(file.size());
  }

  private void pad(long size) throws IOException {
    out.write(new byte[(int) (-size & TarHeader.BLOCK_SIZE - 1)]);
  }
}
