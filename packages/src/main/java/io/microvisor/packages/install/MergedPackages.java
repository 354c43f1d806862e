package io.microvisor.packages.install;

import io.microvisor.bytes.ContentSource;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.TreePath;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;

/// Packages laid out in one tree.
///
/// @param packages the packages, in the order in which they were laid out
/// @param tree all their files
/// @param contents the contents of those files
/// @param paths what each package owns, by package name, in the spelling of the package (its `.list` file)
/// @param waiting files that are to be laid out when preinst scripts have run
public record MergedPackages(
    List<Installed> packages,
    FileTree tree,
    ContentSource contents,
    SortedMap<String, SortedSet<TreePath>> paths,
    List<Waiting> waiting) {
  public MergedPackages {
    packages = List.copyOf(packages);
    paths = Collections.unmodifiableSortedMap(new TreeMap<>(paths));
    waiting = List.copyOf(waiting);
  }
}
