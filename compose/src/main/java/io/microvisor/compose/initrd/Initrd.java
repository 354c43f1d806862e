package io.microvisor.compose.initrd;

import io.microvisor.bytes.ContentSource;
import io.microvisor.formats.tree.FileTree;
import java.util.Collections;
import java.util.List;
import java.util.SortedSet;

/// A composed initrd.
///
/// @param tree its files
/// @param contents their bytes: the root's and what was made for it
/// @param modules the names of the kernel modules in it
/// @param missing libraries that its programs would load on demand if they were there
public record Initrd(
    FileTree tree, ContentSource contents, SortedSet<String> modules, List<String> missing) {
  public Initrd {
    modules = Collections.unmodifiableSortedSet(modules);
    missing = List.copyOf(missing);
  }
}
