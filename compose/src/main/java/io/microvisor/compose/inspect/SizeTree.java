package io.microvisor.compose.inspect;

import io.microvisor.formats.tree.TreePath;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// A part of an image, and the parts it consists of, the largest first.
///
/// @param name within the whole it is part of
/// @param stored how many bytes of the image it takes; at least what its parts take
/// @param unpacked how many bytes of content that is, decompressed; 0 for what has none
/// @param free how many bytes lie idle in it besides
public record SizeTree(
    String name, Kind kind, long stored, long unpacked, long free, List<SizeTree> parts) {
  private static final Comparator<SizeTree> ORDER =
      Comparator.comparingLong(SizeTree::stored).reversed().thenComparing(SizeTree::name);

  /// What kind of part it is.
  public enum Kind {
    /// The whole image.
    IMAGE,
    /// A partition with its file system.
    PARTITION,
    /// A folder of a file system or an archive.
    FOLDER,
    /// A file without known parts.
    FILE,
    /// A unified kernel image.
    KERNEL_IMAGE,
    /// A section of one.
    SECTION,
    /// What formats take for themselves.
    OVERHEAD
  }

  public SizeTree {
    parts = parts.stream().sorted(ORDER).toList();
  }

  /// A part without parts.
  static SizeTree leaf(String name, Kind kind, long stored, long unpacked) {
    return new SizeTree(name, kind, stored, unpacked, 0, List.of());
  }

  /// What consists of these parts and nothing else.
  static SizeTree of(String name, Kind kind, List<SizeTree> parts) {
    return new SizeTree(
        name,
        kind,
        parts.stream().mapToLong(SizeTree::stored).sum(),
        parts.stream().mapToLong(SizeTree::unpacked).sum(),
        parts.stream().mapToLong(SizeTree::free).sum(),
        parts);
  }

  /// The same under another name and kind, with idle bytes.
  SizeTree as(String otherName, Kind otherKind, long freeBytes) {
    return new SizeTree(otherName, otherKind, stored, unpacked, freeBytes, parts);
  }

  /// A path with bytes of its own.
  record Item(TreePath path, boolean isFolder, long stored, long unpacked) {
    private Item plus(Item other) {
      return new Item(
          path, isFolder && other.isFolder, stored + other.stored, unpacked + other.unpacked);
    }
  }

  /// The tree of paths. Of several items at one path the bytes are added; folders without an item are made.
  static SizeTree ofPaths(String name, Collection<Item> items) {
    Map<TreePath, Item> all = new HashMap<>();
    Map<TreePath, Set<TreePath>> children = new HashMap<>();
    for (Item item : items) {
      all.merge(item.path(), item, Item::plus);
      for (TreePath at = item.path(); !at.isRoot(); at = at.parent()) {
        if (!children.computeIfAbsent(at.parent(), _ -> new HashSet<>()).add(at)) {
          break;
        }
      }
    }
    return tree(TreePath.ROOT, name, all, children);
  }

  private static SizeTree tree(
      TreePath path, String name, Map<TreePath, Item> all, Map<TreePath, Set<TreePath>> children) {
    Item item = all.getOrDefault(path, new Item(path, true, 0, 0));
    List<SizeTree> parts = new ArrayList<>();
    for (TreePath child : children.getOrDefault(path, Set.of())) {
      parts.add(tree(child, child.name(), all, children));
    }
    Kind kind = item.isFolder() || !parts.isEmpty() ? Kind.FOLDER : Kind.FILE;
    return of(name, kind, parts).plus(item.stored(), item.unpacked());
  }

  /// The same with bytes of its own besides those of its parts.
  SizeTree plus(long moreStored, long moreUnpacked) {
    return new SizeTree(name, kind, stored + moreStored, unpacked + moreUnpacked, free, parts);
  }
}
