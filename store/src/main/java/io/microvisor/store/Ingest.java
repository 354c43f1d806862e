package io.microvisor.store;

import io.microvisor.bytes.ByteSink;
import io.microvisor.bytes.Digest;
import java.io.IOException;

/// A content on its way into a [ContentStore]. One thread may write at a time; closing without a commit discards it.
public interface Ingest extends ByteSink {
  /// Makes the content visible. Nothing can be written afterwards.
  ///
  /// @return the SHA-256 of all bytes written
  /// @throws IllegalStateException if this was committed or closed before
  Digest commit() throws IOException;

  /// Makes the content visible if it is the expected one, and discards it otherwise.
  ///
  /// @throws IOException if the bytes written have another SHA-256; the message names both
  /// @throws IllegalStateException if this was committed or closed before
  void commitAs(Digest expected) throws IOException;
}
