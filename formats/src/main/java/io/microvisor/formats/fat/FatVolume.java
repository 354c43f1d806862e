package io.microvisor.formats.fat;

import io.microvisor.bytes.ContentSource;
import io.microvisor.formats.tree.FileTree;

/// A FAT32 volume, as [FatReader] found it.
///
/// @param label the label; empty if there is none
/// @param volumeId the serial number
/// @param geometry how the volume is divided
/// @param tree directories with mode 0755 and regular files with mode 0644, all owned by root
/// @param contents the files' contents, read from the volume when asked for
public record FatVolume(
    String label, long volumeId, FatGeometry geometry, FileTree tree, ContentSource contents) {}
