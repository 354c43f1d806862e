package io.microvisor.formats.erofs;

/// Consecutive bytes of a stream in consecutive blocks.
///
/// @param size how many bytes of content
/// @param block the first block
/// @param blocks how many
/// @param form whether the blocks hold the content itself, from their beginning, or a zstd frame, up to their end
record Extent(int size, long block, int blocks, ErofsPlan.Form form) {}
