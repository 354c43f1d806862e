package io.microvisor.formats.tree;

/// Tells inodes of one tree apart: paths with the same id are hard links of each other.
///
/// @param value 0 for the root, then counted in the order in which the tree's paths first name each inode
public record InodeId(int value) {}
