package io.microvisor.compose.rootfs;

import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.TreePath;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// Where a path leads in a tree when links are followed (path_resolution(7)); absolute targets and `..` stay within the tree.
/// Unlike the kernel it goes on where nothing is yet: what is missing would be made.
sealed interface PathResolution {
  /// As many as Linux follows.
  int MOST_LINKS = 40;

  /// Folders all the way, or nothing yet.
  record Open(TreePath at) implements PathResolution {}

  /// Through something that is neither a folder nor a link.
  ///
  /// @param at where it would lead
  /// @param by what is in the way
  record Blocked(TreePath at, TreePath by) implements PathResolution {}

  /// Through more links than Linux follows.
  ///
  /// @param link the one that was one too many
  record Circle(TreePath link) implements PathResolution {}

  /// Follows the links of a path's parents, and not that of its last name.
  static PathResolution to(TreePath path, Function<TreePath, Optional<Inode>> tree) {
    if (path.isRoot()) {
      return new Open(path);
    }
    return switch (through(path.parent(), tree)) {
      case Open(TreePath folder) ->
          tree.apply(folder).filter(inode -> !(inode instanceof Inode.Directory)).isPresent()
              ? new Blocked(folder.resolve(path.name()), folder)
              : new Open(folder.resolve(path.name()));
      case Blocked(TreePath at, TreePath by) -> new Blocked(at.resolve(path.name()), by);
      case Circle circle -> circle;
    };
  }

  /// Follows all links of a path.
  static PathResolution through(TreePath path, Function<TreePath, Optional<Inode>> tree) {
    Deque<String> names = new ArrayDeque<>(split(path.toString()));
    TreePath at = TreePath.ROOT;
    Optional<TreePath> by = Optional.empty();
    int links = 0;
    while (!names.isEmpty()) {
      String name = names.pop();
      if (name.isEmpty() || name.equals(".")) {
        continue;
      }
      if (name.equals("..")) {
        at = at.parent();
        continue;
      }
      TreePath folder = at;
      at = folder.resolve(name);
      switch (tree.apply(at).orElse(null)) {
        case Inode.Symlink link -> {
          if (++links > MOST_LINKS) {
            return new Circle(at);
          }
          at = link.target().startsWith("/") ? TreePath.ROOT : folder;
          split(link.target()).reversed().forEach(names::push);
        }
        case Inode.RegularFile _, Inode.Device _, Inode.Fifo _, Inode.Socket _ -> {
          if (by.isEmpty() && !names.isEmpty()) {
            by = Optional.of(at);
          }
        }
        case Inode.Directory _ -> {}
        case null -> {}
      }
    }
    return by.isPresent() ? new Blocked(at, by.get()) : new Open(at);
  }

  private static List<String> split(String path) {
    return List.of(path.split("/", -1));
  }
}
