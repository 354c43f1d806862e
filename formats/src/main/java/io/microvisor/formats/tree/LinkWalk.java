package io.microvisor.formats.tree;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/// Follows symbolic links as the kernel does in a chroot (path_resolution(7)).
final class LinkWalk {
  private static final int MOST_LINKS = 40;

  private final FileTree tree;
  private int links;

  LinkWalk(FileTree tree) {
    this.tree = tree;
  }

  Optional<FileTree.Entry> resolve(TreePath path) {
    Deque<String> names = new ArrayDeque<>(split(path.toString()));
    TreePath at = TreePath.ROOT;
    while (!names.isEmpty()) {
      String name = names.pop();
      if (name.isEmpty() || name.equals(".")) {
        continue;
      }
      if (name.equals("..")) {
        at = at.parent();
        continue;
      }
      TreePath next = at.resolve(name);
      Optional<Inode> inode = tree.find(next);
      if (inode.isEmpty()) {
        return Optional.empty();
      }
      if (inode.get() instanceof Inode.Symlink link) {
        if (++links > MOST_LINKS) {
          return Optional.empty();
        }
        if (link.target().startsWith("/")) {
          at = TreePath.ROOT;
        }
        split(link.target()).reversed().forEach(names::push);
      } else {
        at = next;
      }
    }
    return tree.entry(at);
  }

  private static List<String> split(String path) {
    return List.of(path.split("/", -1));
  }
}
