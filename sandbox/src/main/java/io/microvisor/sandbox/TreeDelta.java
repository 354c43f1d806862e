package io.microvisor.sandbox;

import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.InodeId;
import io.microvisor.formats.tree.TreePath;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What a command did to a tree: the objects it made or touched, and the paths that are left.
///
/// @param changed what was made or touched, with all directories
/// @param paths all paths afterwards
record TreeDelta(FileTree changed, Set<TreePath> paths) {
  /// Directories the sandbox puts its own file systems on; what the tree has there stays as it was.
  private static final List<TreePath> COVERED = List.of(TreePath.of("dev"), TreePath.of("proc"));

  /// The tree afterwards.
  ///
  /// @throws IOException if a path is left that is neither in `original` nor among what changed
  FileTree applyTo(FileTree original) throws IOException {
    FileTree.Builder builder = FileTree.builder();
    Set<TreePath> all = new HashSet<>(paths);
    all.removeIf(TreeDelta::isCovered);
    original.entries().map(FileTree.Entry::path).filter(TreeDelta::isCovered).forEach(all::add);
    all.add(TreePath.ROOT);
    Map<InodeId, TreePath> changedIds = new HashMap<>();
    Map<InodeId, TreePath> originalIds = new HashMap<>();
    for (TreePath path : all.stream().sorted().toList()) {
      FileTree.Entry entry = isCovered(path) ? null : changed.entry(path).orElse(null);
      Map<InodeId, TreePath> ids = changedIds;
      if (entry == null) {
        entry = original.entry(path).orElse(null);
        ids = originalIds;
      }
      if (entry == null) {
        throw new IOException(
            "sandbox: "
                + path.absolute()
                + " came without its contents (expected: in the archive)");
      }
      TreePath first = ids.putIfAbsent(entry.id(), path);
      if (first == null || entry.inode() instanceof Inode.Directory) {
        builder.put(path, Capabilities.normalised(entry.inode()));
      } else {
        builder.link(path, first);
      }
    }
    return builder.build();
  }

  private static boolean isCovered(TreePath path) {
    return COVERED.stream().anyMatch(path::startsWith);
  }
}
