package io.microvisor.bytes;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/// Where bytes go, at any position. What is never written reads as zeros and takes no space.
public interface RandomSink extends Closeable {
  /// Writes all remaining bytes of `from` at `position`.
  void write(long position, ByteBuffer from) throws IOException;

  /// Makes the sink exactly `size` bytes long; bytes never written are zeros.
  void setSize(long size) throws IOException;

  /// A part of this sink that begins at `start`; closing it and setting its size change nothing.
  default RandomSink at(long start) {
    RandomSink whole = this;
    return new RandomSink() {
      @Override
      public void write(long position, ByteBuffer from) throws IOException {
        whole.write(Math.addExact(start, position), from);
      }

      @Override
      public void write(long position, ByteSource source) throws IOException {
        whole.write(Math.addExact(start, position), source);
      }

      @Override
      public void setSize(long size) {
        // The whole decides its own size.
      }

      @Override
      public void close() {
        // Owned by the whole.
      }
    };
  }

  /// Copies all of `source` to `position`; blocks of 64 KiB that are all zeros may be left out.
  default void write(long position, ByteSource source) throws IOException {
    byte[] buffer = new byte[1 << 16];
    try (InputStream in = source.stream()) {
      long at = position;
      for (int read = in.readNBytes(buffer, 0, buffer.length);
          read > 0;
          read = in.readNBytes(buffer, 0, buffer.length)) {
        ByteBuffer bytes = ByteBuffer.wrap(buffer, 0, read);
        if (!Zeros.only(bytes)) {
          write(at, bytes);
        }
        at += read;
      }
      if (at - position != source.size()) {
        throw new EOFException(
            (at - position) + " bytes (expected: " + source.size() + ", as there were before)");
      }
    }
  }

  /// A sink over an open file, which it closes.
  static RandomSink of(FileChannel channel) {
    return new ChannelSink(channel);
  }
}
