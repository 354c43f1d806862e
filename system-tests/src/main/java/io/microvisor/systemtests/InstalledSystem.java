package io.microvisor.systemtests;

import io.microvisor.bytes.ContentSource;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.InodeId;
import io.microvisor.formats.tree.Meta;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// An installed system, to be compared with another: each path in one line with type, mode, owners by name, attributes,
/// hard links and contents; of some files, what they say in another order or with other numbers.
public final class InstalledSystem {
  private final FileTree tree;
  private final ContentSource contents;
  private final Map<Long, String> users;
  private final Map<Long, String> groups;

  /// @param contents finds the contents of the tree's files
  public InstalledSystem(FileTree tree, ContentSource contents) throws IOException {
    this.tree = tree;
    this.contents = contents;
    this.users = names("etc/passwd");
    this.groups = names("etc/group");
  }

  private Map<Long, String> names(String file) throws IOException {
    Map<Long, String> names = new HashMap<>();
    for (String line : text(file).lines().toList()) {
      String[] fields = line.split(":", -1);
      names.put(Long.parseLong(fields[2]), fields[0]);
    }
    return names;
  }

  /// The text of a file; empty if it is not there.
  public String text(String path) throws IOException {
    return tree.find(path).orElse(null) instanceof Inode.RegularFile file
        ? new String(contents.open(file.content()).readAll(64 << 20), StandardCharsets.UTF_8)
        : "";
  }

  /// All paths, each with a line that says everything about it.
  public SortedMap<String, String> paths() throws IOException {
    SortedMap<String, String> lines = new TreeMap<>();
    Map<InodeId, String> first = new HashMap<>();
    for (FileTree.Entry entry : (Iterable<FileTree.Entry>) tree.entries()::iterator) {
      String path = entry.path().absolute();
      Meta meta = entry.inode().meta();
      StringBuilder line = new StringBuilder(kind(path, entry.inode()));
      if (!(entry.inode() instanceof Inode.Symlink)) {
        line.append(" mode ").append(Integer.toOctalString(meta.mode()));
      }
      line.append(" owner ").append(users.getOrDefault(meta.uid(), "?" + meta.uid()));
      line.append(':').append(groups.getOrDefault(meta.gid(), "?" + meta.gid()));
      meta.attributes()
          .forEach((name, value) ->
              line.append(' ').append(name).append('=').append(HexFormat.of().formatHex(value)));
      String other = first.putIfAbsent(entry.id(), path);
      if (other != null) {
        line.append(" same as ").append(other);
      }
      lines.put(path, line.toString());
    }
    return lines;
  }

  private String kind(String path, Inode inode) throws IOException {
    return switch (inode) {
      case Inode.Directory _ -> "directory";
      case Inode.RegularFile file -> "file " + said(path, file);
      case Inode.Symlink link -> "link to " + target(path, link.target());
      case Inode.Device device -> "device " + device.major() + ":" + device.minor();
      case Inode.Fifo _ -> "fifo";
      case Inode.Socket _ -> "socket";
    };
  }

  private String said(String path, Inode.RegularFile file) throws IOException {
    if (path.equals("/var/lib/dpkg/triggers/File")
        || path.startsWith("/var/lib/dpkg/info/") && path.endsWith(".list")) {
      return text(path.substring(1)).lines().sorted().toList().toString();
    }
    return switch (path) {
      case "/etc/passwd", "/etc/group" -> accounts(path, 2, 3);
      case "/etc/shadow" -> accounts(path, 2);
      case "/etc/gshadow" -> accounts(path);
      default -> file.size() + " " + file.content().hex();
    };
  }

  private static String target(String path, String target) {
    return path.startsWith("/etc/systemd/system/") && target.startsWith("/lib/")
        ? "/usr" + target
        : target;
  }

  /// Sorted, without the numbers of system accounts and the day of a password's last change.
  private String accounts(String path, int... numbers) throws IOException {
    List<String> lines = new ArrayList<>();
    for (String line : text(path.substring(1)).lines().toList()) {
      String[] fields = line.split(":", -1);
      for (int number : numbers) {
        if (path.equals("/etc/shadow") || fields[number].matches("[1-9][0-9][0-9]")) {
          fields[number] = "N";
        }
      }
      lines.add(String.join(":", fields));
    }
    return lines.stream().sorted().toList().toString();
  }
}
