package io.microvisor.formats.tar;

import io.microvisor.bytes.ContentSink;
import io.microvisor.bytes.Digest;
import io.microvisor.bytes.FormatException;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.TreePath;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/// Reads an archive into a file tree, in one pass; contents go to a sink as they come.
///
/// Refused as damaged: a wrong checksum, an archive without its two zero blocks or with anything but zeros behind them,
/// `..`, a member below something that is no directory, a directory in the place of something else or
/// the other way round, a hard link to anything but an earlier member. A second member of one name takes the place of the
/// first, as dpkg has it, and leaves hard links to the first as they are; a directory that comes again changes nothing,
/// and a file behind a symbolic link of its name, which dpkg drops, is refused. Refused as unsupported: sparse files, archives without
/// the ustar magic, types and keywords not known here, names that are not UTF-8. Directories that the archive does not
/// mention are made as root's, mode 0755. Slashes in front of a path, also of a hard link's target, count for nothing, as
/// in dpkg.
public final class TarReader {
  private static final long LARGEST_FILE = 1L << 40;
  private static final int MOST_MEMBERS = 1 << 20;

  private final TarInput in;
  private final ContentSink contents;
  private final TarOwners owners;
  private final FileTree.Builder tree = FileTree.builder();

  /// Those that the archive mentions, and so not those made for what is in them.
  private final Set<TreePath> directories = new HashSet<>();

  private TarReader(TarInput in, ContentSink contents, TarOwners owners) {
    this.in = in;
    this.contents = contents;
    this.owners = owners;
  }

  /// Reads `stream` to its end; it stays open. Memory is bounded by the number of members (2^20) and what is known of
  /// each; contents pass through.
  ///
  /// @param contents where the files' contents go
  /// @throws FormatException if the archive is not as above
  public static FileTree read(InputStream stream, ContentSink contents) throws IOException {
    return read(stream, contents, TarOwners.NONE);
  }

  /// The same, with owners by name.
  public static FileTree read(InputStream stream, ContentSink contents, TarOwners owners)
      throws IOException {
    return new TarReader(new TarInput(stream), contents, owners).read();
  }

  private FileTree read() throws IOException {
    Overrides overrides = new Overrides();
    int members = 0;
    while (true) {
      long position = in.position();
      Optional<TarHeader> next = in.header();
      if (next.isEmpty()) {
        if (overrides.awaitMember()) {
          throw FormatException.damaged(
              TarHeader.FORMAT, position, "ends behind an extended header (expected: its member)");
        }
        return tree.build();
      }
      if (++members > MOST_MEMBERS) {
        throw FormatException.unsupported(
            TarHeader.FORMAT, position, "more members (expected: at most " + MOST_MEMBERS + ")");
      }
      TarHeader header = next.get();
      switch (header.typeflag()) {
        case 'L' -> overrides.longName(in.metadata(header.size()));
        case 'K' -> overrides.longLink(in.metadata(header.size()));
        case 'x' -> overrides.extended(in.metadata(header.size()), position);
        case 'g' -> Overrides.checkGlobal(in.metadata(header.size()), position);
        default -> {
          member(header, overrides, position);
          overrides = new Overrides();
        }
      }
    }
  }

  private void member(TarHeader header, Overrides overrides, long position) throws IOException {
    try {
      TarMember member = overrides.applied(header, owners, position);
      TreePath path = path(member.path(), position);
      checkPlace(member, path, position);
      if (member.typeflag() == 'S') {
        throw FormatException.unsupported(
            TarHeader.FORMAT,
            position,
            path.absolute() + " is a sparse file in GNU's old form (expected: all of its bytes)");
      }
      if (member.size() != 0 && member.typeflag() != '0') {
        throw FormatException.unsupported(
            TarHeader.FORMAT,
            position,
            "%d bytes of content for %s, of type '%s' (expected: none)"
                .formatted(member.size(), path.absolute(), shown(member.typeflag())));
      }
      if (member.typeflag() != '5' && member.path().endsWith("/")) {
        throw FormatException.damaged(
            TarHeader.FORMAT, position, member.path() + " is no directory (expected: no slash)");
      }
      if (!path.isRoot()) {
        tree.mkdirs(path.parent());
      }
      if (member.typeflag() == '1') {
        link(path, path(member.target(), position), position);
      } else if (member.typeflag() != '5' || directories.add(path)) {
        tree.put(path, inode(member, path, position));
      }
    } catch (IllegalArgumentException e) {
      FormatException damaged =
          FormatException.damaged(TarHeader.FORMAT, position, String.valueOf(e.getMessage()));
      damaged.initCause(e);
      throw damaged;
    }
  }

  /// Refuses a member whose place is taken by what it cannot replace.
  private void checkPlace(TarMember member, TreePath path, long position) throws IOException {
    boolean directory = member.typeflag() == '5';
    boolean link = member.typeflag() == '2';
    boolean fits =
        switch (tree.find(path).orElse(null)) {
          case Inode.Directory _ -> directory;
          case Inode.Symlink _ -> link;
          case Inode.RegularFile _, Inode.Device _, Inode.Fifo _, Inode.Socket _ -> !directory;
          case null -> true;
        };
    if (!fits) {
      throw FormatException.damaged(
          TarHeader.FORMAT,
          position,
          "a second member " + path.absolute() + " of another kind (expected: of the same)");
    }
  }

  private void link(TreePath path, TreePath target, long position) throws IOException {
    if (path.equals(target)) {
      throw FormatException.damaged(
          TarHeader.FORMAT,
          position,
          "a hard link of " + path.absolute() + " to itself (expected: to an earlier member)");
    }
    tree.link(path, target);
  }

  private static TreePath path(String text, long position) throws IOException {
    if (text.isEmpty()) {
      throw FormatException.damaged(TarHeader.FORMAT, position, "a member without a path");
    }
    return TreePath.of(text);
  }

  private Inode inode(TarMember member, TreePath path, long position) throws IOException {
    return switch (member.typeflag()) {
      case '0' -> file(member, path, position);
      case '2' -> new Inode.Symlink(member.meta(), member.target());
      case '3' -> device(member, Inode.Device.Kind.CHARACTER);
      case '4' -> device(member, Inode.Device.Kind.BLOCK);
      case '5' -> new Inode.Directory(member.meta());
      case '6' -> new Inode.Fifo(member.meta());
      default ->
          throw FormatException.unsupported(
              TarHeader.FORMAT,
              position,
              path.absolute()
                  + " is of type '"
                  + shown(member.typeflag())
                  + "' (expected: 0 to 6, L, K, x or g)");
    };
  }

  private static Inode device(TarMember member, Inode.Device.Kind kind) {
    return new Inode.Device(member.meta(), kind, member.devmajor(), member.devminor());
  }

  private Inode file(TarMember member, TreePath path, long position) throws IOException {
    long size = member.size();
    if (size > LARGEST_FILE) {
      throw FormatException.unsupported(
          TarHeader.FORMAT,
          position,
          path.absolute() + " of " + size + " bytes (expected: at most " + LARGEST_FILE + ")");
    }
    Digest digest = in.content(size, contents);
    return new Inode.RegularFile(member.meta(), digest, size);
  }

  private static String shown(char typeflag) {
    return typeflag > ' ' && typeflag <= '~'
        ? String.valueOf(typeflag)
        : "0x" + Integer.toHexString(typeflag);
  }
}
