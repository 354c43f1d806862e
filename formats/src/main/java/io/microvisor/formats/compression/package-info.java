/// General compression of files and streams: which codec it is, and what the bytes expand to, within limits.
///
/// Every other format gets its decoders here, so that limits, and the translation of what libraries throw, exist once.
///
/// Starting points: [Codec] names the formats, [Decompressor] expands them.
///
/// Sources: RFC 1952 (gzip), RFC 8878 (Zstandard), the .xz file format 1.1.
///
/// Non-goals: compressing, whose parameters belong to each image format; reading from the middle of a stream.
@NullMarked
package io.microvisor.formats.compression;

import org.jspecify.annotations.NullMarked;
