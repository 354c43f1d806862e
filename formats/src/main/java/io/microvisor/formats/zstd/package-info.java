/// Zstandard files that can be read from any place: independent frames of a fixed amount of content each, and a seek table
/// behind them. Any zstd decompresses them; one that knows the table reads a part without the rest.
///
/// Sources: RFC 8878 (frames, skippable frames), and the seekable format of the zstd project (version 0.1.0).
///
/// Starting points: [SeekableZstd] writes, [SeekTable] is what stands at the end.
///
/// Non-goals: decompressing.
@NullMarked
package io.microvisor.formats.zstd;

import org.jspecify.annotations.NullMarked;
