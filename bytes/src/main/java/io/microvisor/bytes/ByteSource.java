package io.microvisor.bytes;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Objects;

/// Bytes of a known size that can be read again and from any position.
///
/// Implementations are safe for use by several threads at once. Positions and sizes are in bytes.
public interface ByteSource {
  /// The number of bytes.
  long size();

  /// Fills `into` from `position`. Never short: either the buffer is full or an exception is thrown.
  ///
  /// @throws EOFException if fewer than `into.remaining()` bytes follow `position`
  void readFully(long position, ByteBuffer into) throws IOException;

  /// A view of `size` bytes from `position`.
  ///
  /// @throws IndexOutOfBoundsException if the range does not lie within this source
  default ByteSource slice(long position, long size) {
    Objects.checkFromIndexSize(position, size, size());
    return new SliceSource(this, position, size);
  }

  /// All bytes in one array.
  ///
  /// @param limit the largest size that is acceptable here, in bytes
  /// @throws IOException if there are more than `limit` bytes
  default byte[] readAll(int limit) throws IOException {
    if (size() > limit) {
      throw new IOException("source: " + size() + " bytes (expected: at most " + limit + ")");
    }
    byte[] bytes = new byte[Math.toIntExact(size())];
    readFully(0, ByteBuffer.wrap(bytes));
    return bytes;
  }

  /// Whether a range is known, without reading it, to hold zeros only. False says nothing.
  default boolean isZeros(long position, long size) {
    return false;
  }

  /// A stream over all bytes from the beginning; closing it does not close this source.
  default InputStream stream() {
    return new SourceInputStream(this);
  }

  /// The bytes of an array, which the caller must not change any more.
  static ByteSource of(byte[] bytes) {
    return new ArraySource(bytes);
  }

  /// The bytes of a file opened elsewhere; the size is that at the time of the call.
  static ByteSource of(FileChannel channel) throws IOException {
    return new ChannelSource(channel, channel.size());
  }

  /// The bytes of the file at `path`, opened anew for each read, so that no descriptor is held.
  ///
  /// @throws IOException if there is no such file
  static ByteSource of(Path path) throws IOException {
    return PathSource.open(path);
  }
}
