package io.microvisor.formats.fat;

import io.microvisor.bytes.ByteSize;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.TreePath;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Where everything of a [FatSpec] goes in its volume.
///
/// Clusters are given out in order of path, the root directory first, each file in one piece: so the used clusters are
/// the first ones, without a gap.
///
/// @param spec what was wanted
/// @param geometry how the volume is divided
/// @param placed every path of the tree, in order of path
/// @param usedClusters how many clusters they take
public record FatLayout(
    FatSpec spec, FatGeometry geometry, List<Placed> placed, long usedClusters) {
  /// The largest file: one byte less than 4 GiB.
  public static final long LARGEST_FILE = 0xffff_ffffL;

  private static final int MOST_ENTRIES = 1 << 16;

  /// One path of the tree in its place.
  ///
  /// @param path where it is in the tree
  /// @param inode a directory or regular file
  /// @param shortName its 8.3 name, 11 characters; that of the root is blank
  /// @param firstCluster where its content begins, 0 if it has none
  /// @param clusters how many it has, one behind the other
  public record Placed(
      TreePath path, Inode inode, String shortName, long firstCluster, long clusters) {}

  /// Lays out a volume.
  ///
  /// @throws IllegalArgumentException if the volume is too small or large, a name cannot stand in a FAT, or the tree
  ///     holds what a FAT cannot
  public static FatLayout of(FatSpec spec) {
    FatGeometry geometry = FatGeometry.of(spec.size(), spec.sectorBytes());
    Map<TreePath, List<FileTree.Entry>> children = childrenOf(spec.tree());
    Map<TreePath, String> shortNames = shortNames(children);
    List<Placed> placed = new ArrayList<>();
    long next = FatGeometry.FIRST_CLUSTER;
    for (FileTree.Entry entry : (Iterable<FileTree.Entry>) spec.tree().entries()::iterator) {
      TreePath path = entry.path();
      long bytes =
          switch (entry.inode()) {
            case Inode.Directory _ -> directoryBytes(path, children.getOrDefault(path, List.of()));
            case Inode.RegularFile file -> fileBytes(path, file);
            case Inode.Symlink _ -> throw refused(path, "a symbolic link");
            case Inode.Device _ -> throw refused(path, "a device node");
            case Inode.Fifo _ -> throw refused(path, "a named pipe");
            case Inode.Socket _ -> throw refused(path, "a socket");
          };
      long clusters = Math.ceilDiv(bytes, (long) geometry.clusterBytes());
      placed.add(
          new Placed(
              path,
              entry.inode(),
              shortNames.getOrDefault(path, ""),
              clusters == 0 ? 0 : next,
              clusters));
      next += clusters;
    }
    long used = next - FatGeometry.FIRST_CLUSTER;
    if (used > geometry.clusters()) {
      throw new IllegalArgumentException(
          "FAT32 volume: its tree needs %s (expected: at most %s, the data area of a volume of %s)"
              .formatted(
                  new ByteSize(used * geometry.clusterBytes()),
                  new ByteSize(geometry.clusters() * geometry.clusterBytes()),
                  spec.size()));
    }
    return new FatLayout(spec, geometry, List.copyOf(placed), used);
  }

  static Map<TreePath, List<FileTree.Entry>> childrenOf(FileTree tree) {
    Map<TreePath, List<FileTree.Entry>> children = new HashMap<>();
    tree.entries()
        .filter(entry -> !entry.path().isRoot())
        .forEach(entry ->
            children.computeIfAbsent(entry.path().parent(), _ -> new ArrayList<>()).add(entry));
    return children;
  }

  private static Map<TreePath, String> shortNames(Map<TreePath, List<FileTree.Entry>> children) {
    Map<TreePath, String> shortNames = new HashMap<>();
    children.forEach((directory, entries) -> {
      List<String> names = entries.stream().map(entry -> entry.path().name()).toList();
      ShortNames.of(names, directory.absolute())
          .forEach((name, shortName) -> shortNames.put(directory.resolve(name), shortName));
    });
    return shortNames;
  }

  /// Each name takes one entry, and one more for each 13 units of its long name, where it needs one. The root has an
  /// entry for the label, every other directory two for `.` and `..`.
  private static long directoryBytes(TreePath directory, List<FileTree.Entry> children) {
    long entries = directory.isRoot() ? 1 : 2;
    for (FileTree.Entry child : children) {
      String name = child.path().name();
      entries +=
          1 + (ShortNames.isShort(name) ? 0 : Math.ceilDiv(name.length(), LongNameEntry.UNITS));
    }
    if (entries > MOST_ENTRIES) {
      throw new IllegalArgumentException(
          "FAT32 volume: %s needs %d directory entries (expected: at most %d)"
              .formatted(directory.absolute(), entries, MOST_ENTRIES));
    }
    return entries * DirectoryEntry.SIZE;
  }

  private static long fileBytes(TreePath path, Inode.RegularFile file) {
    if (file.size() > LARGEST_FILE) {
      throw new IllegalArgumentException(
          "FAT32 volume: %s has %d bytes (expected: at most %d)"
              .formatted(path.absolute(), file.size(), LARGEST_FILE));
    }
    return file.size();
  }

  private static IllegalArgumentException refused(TreePath path, String what) {
    return new IllegalArgumentException(
        "FAT32 volume: "
            + path.absolute()
            + " is "
            + what
            + ", which a FAT cannot hold (expected: a directory or regular file)");
  }
}
