/// Bytes, positions, digests and sizes: the ground floor of the house, JDK only.
///
/// Starting points: [ByteSource] (re-readable bytes), [ByteSink] and [RandomSink] (where bytes go),
/// [StructReader] and [StructWriter] (on-disk records that read like their specification's table),
/// [Digest] (SHA-256) and [ContentSource] (bytes by digest).
///
/// Non-goals: compression, formats, files of a particular kind, asynchronous I/O.
@NullMarked
package io.microvisor.bytes;

import org.jspecify.annotations.NullMarked;
