package io.microvisor.store;

import io.microvisor.bytes.ContentSink;
import io.microvisor.bytes.ContentSource;
import io.microvisor.bytes.Digest;
import java.io.IOException;
import java.io.InputStream;

/// Contents by their digest, to which contents can be added.
///
/// The life of a content: [#ingest] opens it, bytes are written, and [Ingest#commit] makes it visible, whole, under its
/// digest; from then on [#find] has it. An [Ingest] closed before was never there. Adding a content twice keeps one. Safe
/// for use by several threads, and several processes, at once.
public interface ContentStore extends ContentSource, ContentSink {
  /// Begins a new content.
  Ingest ingest() throws IOException;

  @Override
  default Digest add(InputStream content, long size) throws IOException {
    try (Ingest ingest = ingest()) {
      content.transferTo(ingest.stream());
      if (ingest.position() != size) {
        throw new IOException(
            "content: " + ingest.position() + " bytes (expected: " + size + " as announced)");
      }
      return ingest.commit();
    }
  }

  /// An empty store that lives in memory, for small trees and tests.
  static ContentStore inMemory() {
    return new MemoryContents();
  }
}
