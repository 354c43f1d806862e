package io.microvisor.compose.initrd;

import io.microvisor.bytes.ContentSource;
import io.microvisor.bytes.Digest;
import io.microvisor.bytes.Versions;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.TreePath;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// What of a root its initrd may be made from: programs, libraries, units, rules, modules and firmware below `/usr`,
/// and the little of `/etc` that the initrd asks for. A root in which only something else changed has the same.
///
/// The groups are those that packages and the template made, without members: those that are only there for a user are
/// left out.
///
/// @param tree a part of the root
/// @param groups the content of its `etc/group`, which the root does not have
@SuppressWarnings("ArrayRecordComponent") // Never compared.
public record InitrdSources(FileTree tree, byte[] groups) {
  /// Raised when the same root gives other sources.
  public static final Versions VERSIONS = Versions.of("initrd sources", 2);

  private static final TreePath GROUPS = TreePath.of("etc/group");
  private static final int LARGEST = 1 << 20;
  private static final Set<String> TOP = Set.of("bin", "sbin", "lib", "lib64", "etc", "usr");
  private static final List<TreePath> FOLDERS =
      List.of(
          TreePath.of("etc/alternatives"),
          TreePath.of("etc/modprobe.d"),
          TreePath.of("usr/bin"),
          TreePath.of("usr/lib"),
          TreePath.of("usr/lib64"),
          TreePath.of("usr/libexec"),
          TreePath.of("usr/local/lib/modprobe.d"),
          TreePath.of("usr/sbin"));
  private static final Set<TreePath> FILES =
      Set.of(GROUPS, TreePath.of("etc/os-release"), TreePath.of("etc/mke2fs.conf"));

  /// The sources of `root`.
  ///
  /// @param base the root as packages make it
  /// @param users names of users that the template makes
  public static InitrdSources of(
      FileTree root, FileTree base, Set<String> users, ContentSource contents) throws IOException {
    Set<String> ofPackages =
        text(base, contents).lines().map(InitrdSources::name).collect(Collectors.toSet());
    Set<String> onlyOfUsers = new HashSet<>(users);
    onlyOfUsers.removeAll(ofPackages);
    byte[] groups =
        text(root, contents)
            .lines()
            .filter(line -> !onlyOfUsers.contains(name(line)))
            .map(line -> line.substring(0, line.lastIndexOf(':') + 1) + "\n")
            .collect(Collectors.joining())
            .getBytes(StandardCharsets.UTF_8);
    FileTree.Builder tree = root.toBuilder().retain(InitrdSources::isSource);
    root.find(GROUPS)
        .ifPresent(inode ->
            tree.put(
                GROUPS, new Inode.RegularFile(inode.meta(), Digest.sha256(groups), groups.length)));
    return new InitrdSources(tree.build(), groups);
  }

  private static boolean isSource(TreePath path) {
    String text = path.toString();
    if (text.indexOf('/') < 0) {
      return TOP.contains(text);
    }
    for (TreePath folder : FOLDERS) {
      if (path.startsWith(folder) || folder.startsWith(path)) {
        return true;
      }
    }
    return FILES.contains(path);
  }

  private static String name(String line) {
    int colon = line.indexOf(':');
    return colon < 0 ? line : line.substring(0, colon);
  }

  private static String text(FileTree tree, ContentSource contents) throws IOException {
    return tree.find(GROUPS).orElse(null) instanceof Inode.RegularFile file
        ? new String(contents.open(file.content()).readAll(LARGEST), StandardCharsets.UTF_8)
        : "";
  }
}
