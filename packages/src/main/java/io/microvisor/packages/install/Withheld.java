package io.microvisor.packages.install;

import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.TreePath;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Files that no maintainer script reads and that need not travel into the sandbox: kernel modules, some 90 MB of a
/// kernel for real hardware. They come back at the same paths, unchanged.
final class Withheld {
  private static final TreePath MODULES = TreePath.of("usr/lib/modules");

  private final List<FileTree.Entry> entries = new ArrayList<>();
  private final FileTree rest;

  Withheld(FileTree tree) {
    FileTree.Builder builder = tree.toBuilder();
    tree.below(MODULES)
        .filter(e -> e.inode() instanceof Inode.RegularFile && e.path().name().contains(".ko"))
        .forEach(entries::add);
    entries.forEach(e -> builder.remove(e.path()));
    rest = builder.build();
  }

  /// The tree without them.
  FileTree rest() {
    return rest;
  }

  /// A tree with them again.
  FileTree returned(FileTree tree) {
    FileTree.Builder builder = tree.toBuilder();
    Map<Integer, TreePath> first = new HashMap<>();
    for (FileTree.Entry entry : entries) {
      TreePath there = first.putIfAbsent(entry.id().value(), entry.path());
      builder.mkdirs(entry.path().parent());
      if (there == null) {
        builder.put(entry.path(), entry.inode());
      } else {
        builder.link(entry.path(), there);
      }
    }
    return builder.build();
  }
}
