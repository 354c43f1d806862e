package io.microvisor.formats.erofs;

import io.microvisor.bytes.RandomSink;
import java.nio.ByteBuffer;
import java.util.Arrays;

/// A sink into an array.
final class MemorySink implements RandomSink {
  private byte[] bytes = new byte[1 << 16];
  private int size;

  @Override
  public void write(long position, ByteBuffer from) {
    int end = Math.toIntExact(position + from.remaining());
    if (end > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(end, 2 * bytes.length));
    }
    from.get(bytes, (int) position, from.remaining());
    size = Math.max(size, end);
  }

  @Override
  public void setSize(long newSize) {
    bytes = Arrays.copyOf(bytes, Math.toIntExact(newSize));
    size = bytes.length;
  }

  @Override
  public void close() {
    // Nothing is held.
  }

  byte[] toBytes() {
    return Arrays.copyOf(bytes, size);
  }
}
