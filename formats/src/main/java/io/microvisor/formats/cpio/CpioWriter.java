package io.microvisor.formats.cpio;

import io.microvisor.bytes.ByteSink;
import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.ContentSource;
import io.microvisor.bytes.Versions;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.InodeId;
import io.microvisor.formats.tree.Meta;
import io.microvisor.formats.tree.TreePath;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/// Writes a tree as one archive: members in order of path, inode numbers from the tree, zeros where the tree says
/// nothing. The same tree gives the same bytes. Extended attributes are left out: the form has no place for them.
public final class CpioWriter {
  /// Raised when the same input gives other bytes.
  public static final Versions VERSIONS = Versions.of("cpio", 1);

  private static final int ALIGNMENT = 4;

  private final ContentSource contents;
  private final ByteSink out;
  private final Map<InodeId, Integer> namesLeft = new HashMap<>();
  private final Map<InodeId, Integer> names = new HashMap<>();

  private CpioWriter(ContentSource contents, ByteSink out) {
    this.contents = contents;
    this.out = out;
  }

  /// Writes all of `tree` and the trailer. The content of a file with several names comes with the last of them.
  ///
  /// @param out stays open
  /// @throws IllegalArgumentException if a file has 4 GiB or more, or a time is before 1970 or after 2106
  public static void write(FileTree tree, ContentSource contents, OutputStream out)
      throws IOException {
    CpioWriter writer = new CpioWriter(contents, ByteSink.of(out));
    tree.entries().forEach(entry -> writer.names.merge(entry.id(), 1, Integer::sum));
    writer.namesLeft.putAll(writer.names);
    for (FileTree.Entry entry : (Iterable<FileTree.Entry>) tree.entries()::iterator) {
      writer.writeEntry(entry);
    }
    writer.writeMember(new CpioHeader(0, 0, 0, 0, 1, 0, 0, 0, 0, 0), CpioHeader.TRAILER);
  }

  private void writeEntry(FileTree.Entry entry) throws IOException {
    switch (entry.inode()) {
      case Inode.Directory _ -> writeEmpty(entry, CpioHeader.DIRECTORY, 2);
      case Inode.RegularFile file -> writeFile(entry, file);
      case Inode.Symlink link -> {
        byte[] target = link.target().getBytes(StandardCharsets.UTF_8);
        writeMember(header(entry, CpioHeader.SYMLINK, 1, target.length), name(entry.path()));
        out.write(target);
        out.padTo(ALIGNMENT);
      }
      case Inode.Device device -> {
        int type =
            switch (device.kind()) {
              case BLOCK -> CpioHeader.BLOCK;
              case CHARACTER -> CpioHeader.CHARACTER;
            };
        CpioHeader plain = header(entry, type, 1, 0);
        writeMember(
            new CpioHeader(
                plain.inode(),
                plain.mode(),
                plain.uid(),
                plain.gid(),
                plain.links(),
                plain.mtime(),
                0,
                device.major(),
                device.minor(),
                0),
            name(entry.path()));
      }
      case Inode.Fifo _ -> writeEmpty(entry, CpioHeader.FIFO, 1);
      case Inode.Socket _ -> writeEmpty(entry, CpioHeader.SOCKET, 1);
    }
  }

  private void writeEmpty(FileTree.Entry entry, int type, int links) throws IOException {
    writeMember(header(entry, type, links, 0), name(entry.path()));
  }

  private void writeFile(FileTree.Entry entry, Inode.RegularFile file) throws IOException {
    int left = namesLeft.merge(entry.id(), -1, Integer::sum);
    int links = names.getOrDefault(entry.id(), 1);
    boolean last = left == 0;
    writeMember(header(entry, CpioHeader.FILE, links, last ? file.size() : 0), name(entry.path()));
    if (last && file.size() > 0) {
      ByteSource content = contents.open(file.content(), file.size(), entry.path().absolute());
      try (InputStream stream = content.stream()) {
        stream.transferTo(out.stream());
      }
      out.padTo(ALIGNMENT);
    }
  }

  private static CpioHeader header(FileTree.Entry entry, int type, int links, long size) {
    Meta meta = entry.inode().meta();
    return new CpioHeader(
        entry.id().value() + 1L,
        type | meta.mode(),
        meta.uid(),
        meta.gid(),
        links,
        meta.mtime(),
        size,
        0,
        0,
        0);
  }

  private static String name(TreePath path) {
    return path.isRoot() ? "." : path.toString();
  }

  private void writeMember(CpioHeader header, String name) throws IOException {
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    CpioHeader whole =
        new CpioHeader(
            header.inode(),
            header.mode(),
            header.uid(),
            header.gid(),
            header.links(),
            header.mtime(),
            header.fileSize(),
            header.deviceMajor(),
            header.deviceMinor(),
            bytes.length + 1L);
    out.write(whole.toBytes());
    out.write(bytes);
    out.write(new byte[1]);
    out.padTo(ALIGNMENT);
  }
}
