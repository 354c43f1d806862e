/// `FileTree`, the pivot of the house: a whole file system as an immutable value that holds owners, modes, device
/// nodes and extended attributes without root, and whose contents are digests.
///
/// Starting points: [FileTree], [Inode], [TreePath]. Everything the toolkit does to an operating system is a function
/// from tree to tree, until one writer turns it into bytes.
///
/// Non-goals: reading or writing a host's file system, holding contents, access control.
@NullMarked
package io.microvisor.formats.tree;

import org.jspecify.annotations.NullMarked;
