package io.microvisor.packages.install;

import io.microvisor.bytes.ContentSource;
import io.microvisor.formats.tree.FileTree;

/// A configured system.
///
/// @param tree the whole tree
/// @param contents the contents of all its files
public record Configured(FileTree tree, ContentSource contents) {}
