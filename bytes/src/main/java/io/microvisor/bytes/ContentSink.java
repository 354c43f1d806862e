package io.microvisor.bytes;

import java.io.IOException;
import java.io.InputStream;
import java.util.Map;

/// Where contents go to be found again by digest: what a reader of archives needs of its caller; the twin of
/// [ContentSource].
@FunctionalInterface
public interface ContentSink {
  /// Keeps what is left of a stream, which stays open.
  ///
  /// @param size how many bytes that is; a sink may use it to decide where to put them
  /// @return the SHA-256 of the bytes
  /// @throws IOException if the stream holds another number of bytes, or the sink cannot keep them
  Digest add(InputStream content, long size) throws IOException;

  /// Keeps an array, which the caller must not change any more.
  ///
  /// @return the SHA-256 of the bytes
  default Digest add(byte[] content) throws IOException {
    return add(ByteSource.of(content).stream(), content.length);
  }

  /// A sink that only computes digests.
  static ContentSink discarding() {
    return (content, size) -> Digest.sha256(content);
  }

  /// A sink that keeps contents in memory, in a map that [ContentSource#of(Map)] takes.
  static ContentSink into(Map<Digest, ByteSource> contents) {
    return (content, size) -> {
      byte[] bytes = content.readAllBytes();
      Digest digest = Digest.sha256(bytes);
      contents.put(digest, ByteSource.of(bytes));
      return digest;
    };
  }
}
