package io.microvisor.formats.tar;

import io.microvisor.formats.tree.Meta;

/// What an archive says of one member, after all extended headers were applied.
///
/// @param path as the archive spells it
/// @param target of a link; empty for all else
/// @param size of the content, in bytes
record TarMember(
    char typeflag, String path, String target, Meta meta, long size, int devmajor, int devminor) {}
