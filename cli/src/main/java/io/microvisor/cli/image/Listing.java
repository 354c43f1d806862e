package io.microvisor.cli.image;

import io.microvisor.cli.terminal.Printable;
import io.microvisor.formats.tree.FileView;
import io.microvisor.formats.tree.Inode;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/// How `emt ls` shows one file.
final class Listing {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm", Locale.ROOT).withZone(ZoneOffset.UTC);
  private static final int SETUID = 04000;
  private static final int SETGID = 02000;
  private static final int STICKY = 01000;

  private Listing() {}

  /// A line as of `ls -l -n`, with the time in UTC.
  static String line(FileView.Seen seen, String name) {
    return "%s %5d %5d %12s %s %s%s"
        .formatted(
            permissions(seen),
            seen.meta().uid(),
            seen.meta().gid(),
            size(seen),
            TIME.format(Instant.ofEpochSecond(seen.meta().mtime())),
            Printable.text(name),
            target(seen));
  }

  /// The same for machines.
  static Map<String, Object> json(FileView.Seen seen) {
    Map<String, Object> one = new LinkedHashMap<>();
    one.put("path", seen.path().absolute());
    one.put("type", type(seen));
    one.put("mode", "%04o".formatted(seen.meta().mode()));
    one.put("uid", seen.meta().uid());
    one.put("gid", seen.meta().gid());
    one.put("time", seen.meta().mtime());
    switch (seen) {
      case FileView.Seen.File file -> one.put("size", file.content().size());
      case FileView.Seen.Other(_, Inode inode) -> {
        switch (inode) {
          case Inode.Symlink link -> one.put("target", link.target());
          case Inode.Device device -> {
            one.put("major", device.major());
            one.put("minor", device.minor());
          }
          case Inode.Directory _, Inode.RegularFile _, Inode.Fifo _, Inode.Socket _ -> {}
        }
      }
    }
    return one;
  }

  private static String type(FileView.Seen seen) {
    return switch (letter(seen)) {
      case 'd' -> "directory";
      case 'l' -> "link";
      case 'b' -> "block device";
      case 'c' -> "character device";
      case 'p' -> "fifo";
      case 's' -> "socket";
      default -> "file";
    };
  }

  private static char letter(FileView.Seen seen) {
    return switch (seen) {
      case FileView.Seen.File _ -> '-';
      case FileView.Seen.Other(_, Inode inode) ->
          switch (inode) {
            case Inode.RegularFile _ -> '-';
            case Inode.Directory _ -> 'd';
            case Inode.Symlink _ -> 'l';
            case Inode.Device device -> device.kind() == Inode.Device.Kind.BLOCK ? 'b' : 'c';
            case Inode.Fifo _ -> 'p';
            case Inode.Socket _ -> 's';
          };
    };
  }

  /// Type and mode as of `ls -l`.
  static String permissions(FileView.Seen seen) {
    int mode = seen.meta().mode();
    StringBuilder text = new StringBuilder().append(letter(seen));
    for (int shift = 6; shift >= 0; shift -= 3) {
      int bits = mode >> shift;
      int special = shift == 6 ? SETUID : shift == 3 ? SETGID : STICKY;
      char executable = (bits & 1) != 0 ? 'x' : '-';
      if ((mode & special) != 0) {
        char mark = special == STICKY ? 't' : 's';
        executable = (bits & 1) != 0 ? mark : Character.toUpperCase(mark);
      }
      text.append((bits & 4) != 0 ? 'r' : '-')
          .append((bits & 2) != 0 ? 'w' : '-')
          .append(executable);
    }
    return text.toString();
  }

  private static String size(FileView.Seen seen) {
    return switch (seen) {
      case FileView.Seen.File file -> Long.toString(file.content().size());
      case FileView.Seen.Other(_, Inode.Device device) -> device.major() + ", " + device.minor();
      case FileView.Seen.Other _ -> "-";
    };
  }

  private static String target(FileView.Seen seen) {
    return seen instanceof FileView.Seen.Other(_, Inode.Symlink link)
        ? " -> " + Printable.text(link.target())
        : "";
  }
}
