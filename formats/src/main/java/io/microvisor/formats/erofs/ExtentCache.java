package io.microvisor.formats.erofs;

import io.microvisor.bytes.Digest;
import java.io.IOException;
import java.util.Optional;

/// Keeps compressed extents from one build to the next. Used by several threads at once.
///
/// A key stands for everything that the value depends on: digests and ranges of the contents, level, extent size, and
/// version of the compressor.
public interface ExtentCache {
  /// Remembers nothing.
  ExtentCache NONE =
      new ExtentCache() {
        @Override
        public Optional<byte[]> find(Digest key) {
          return Optional.empty();
        }

        @Override
        public void put(Digest key, byte[] value) {
          // Nothing is kept.
        }
      };

  /// The value that was put under `key`, if it is still there. One that makes no sense is ignored.
  Optional<byte[]> find(Digest key) throws IOException;

  /// Keeps `value`, at most a little over 1 MiB, under `key`.
  void put(Digest key, byte[] value) throws IOException;
}
