/// EROFS, the kernel's read-only file system for immutable roots (Linux `Documentation/filesystems/erofs.rst`).
///
/// Starting points: [ErofsWriter] makes an image of a [io.microvisor.formats.tree.FileTree], as an [ErofsSpec] asks;
/// [ErofsReader] opens one, [ErofsFiles] looks around in it, [ErofsUsage] tells where its bytes went. An image is a
/// superblock, then the blocks of all contents, then those of large directories, then the metadata: inodes with their
/// attributes, block maps and inline ends. [ErofsPlan] decides before any content is read where each file's bytes go;
/// [ErofsLayout] places the metadata once the sizes of the compressed contents are known.
///
/// Contents are compressed in extents of a fixed *input* size, so an extent's bytes depend on nothing but its
/// content, the level and that size, and an [ExtentCache] can keep them from build to build. What an [EarlierImage] has
/// in common with the next one is copied from it. Small files and the ends of files, which would waste most of their
/// last block, share one compressed stream, the packed inode ("fragments").
///
/// Non-goals: compression other than zstd, shared attributes, several devices, chunks, writing to an existing image,
/// reading what other makers write beyond what this one writes.
@NullMarked
package io.microvisor.formats.erofs;

import org.jspecify.annotations.NullMarked;
