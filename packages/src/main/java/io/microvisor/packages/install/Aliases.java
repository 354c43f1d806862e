package io.microvisor.packages.install;

import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.TreePath;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Symbolic links through which packages name directories: `bin` for `usr/bin` in a merged-/usr system. dpkg unpacks
/// through such links, so `bin/ls` of one package and `usr/bin/ls` of another are the same path.
final class Aliases {
  private static final int MOST_STEPS = 40;

  private final Map<TreePath, TreePath> targets;

  private Aliases(Map<TreePath, TreePath> targets) {
    this.targets = targets;
  }

  /// The links of any tree that lead to a directory, where other trees have a directory or files at the link's path,
  /// and the links in the root of a tree that lead to a directory.
  static Aliases of(List<FileTree> trees) {
    Set<TreePath> directories = new HashSet<>();
    for (FileTree tree : trees) {
      tree.entries()
          .filter(e -> e.inode() instanceof Inode.Directory)
          .forEach(e -> directories.add(e.path()));
    }
    Map<TreePath, TreePath> targets = new HashMap<>();
    for (FileTree tree : trees) {
      tree.entries()
          .forEach(entry -> {
            if (entry.inode() instanceof Inode.Symlink link
                && (directories.contains(entry.path()) || entry.path().parent().isRoot())) {
              TreePath target = target(entry.path(), link.target());
              if (directories.contains(target) && !target.startsWith(entry.path())) {
                targets.put(entry.path(), target);
              }
            }
          });
    }
    return new Aliases(targets);
  }

  private static TreePath target(TreePath link, String target) {
    List<String> names = new ArrayList<>();
    if (!target.startsWith("/")) {
      names.addAll(List.of(link.parent().toString().split("/", -1)));
    }
    for (String name : target.split("/", -1)) {
      if (!name.equals("..")) {
        names.add(name);
      } else if (!names.isEmpty()) {
        names.removeLast();
      }
    }
    return TreePath.of(String.join("/", names));
  }

  /// Whether `path` itself is such a link.
  boolean isAlias(TreePath path) {
    return targets.containsKey(path);
  }

  /// Where `path` really lies; a link in its last name is not followed.
  ///
  /// @throws IOException if links lead in a circle
  TreePath real(TreePath path) throws IOException {
    if (targets.isEmpty() || path.isRoot()) {
      return path;
    }
    return directory(path.parent()).resolve(path.name());
  }

  /// Where the directory `path` really lies; a link in its last name is followed.
  TreePath directory(TreePath path) throws IOException {
    TreePath at = path;
    for (int steps = 0; steps < MOST_STEPS; steps++) {
      TreePath next = once(at);
      if (next.equals(at)) {
        return at;
      }
      at = next;
    }
    throw new IOException("packages: " + path.absolute() + " leads in a circle of links");
  }

  private TreePath once(TreePath path) {
    for (TreePath above = path; !above.isRoot(); above = above.parent()) {
      TreePath target = targets.get(above);
      if (target != null) {
        return path.moved(above, target);
      }
    }
    return path;
  }
}
