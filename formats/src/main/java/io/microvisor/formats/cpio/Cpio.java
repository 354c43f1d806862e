package io.microvisor.formats.cpio;

import io.microvisor.bytes.ContentSource;
import io.microvisor.formats.tree.FileTree;

/// What an archive holds.
///
/// @param tree the files; what a later member puts at the same path replaces the earlier
/// @param contents their bytes, slices of the archive
/// @param end where the archive ends: the first byte that is not zero after the trailer, or the end of the source
public record Cpio(FileTree tree, ContentSource contents, long end) {}
