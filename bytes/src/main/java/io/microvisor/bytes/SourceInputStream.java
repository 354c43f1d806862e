package io.microvisor.bytes;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Objects;

/// Reads a [ByteSource] from its beginning, through a buffer of 64 KiB.
final class SourceInputStream extends InputStream {
  private final ByteSource source;
  private final ByteBuffer buffer = ByteBuffer.allocate(1 << 16).limit(0);
  private long next;

  SourceInputStream(ByteSource source) {
    this.source = source;
  }

  @Override
  public int read() throws IOException {
    return fill() ? buffer.get() & 0xff : -1;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, into.length);
    if (length == 0) {
      return 0;
    }
    if (!fill()) {
      return -1;
    }
    int count = Math.min(length, buffer.remaining());
    buffer.get(into, offset, count);
    return count;
  }

  private boolean fill() throws IOException {
    if (buffer.hasRemaining()) {
      return true;
    }
    int count = (int) Math.min(buffer.capacity(), source.size() - next);
    if (count == 0) {
      return false;
    }
    buffer.clear().limit(count);
    source.readFully(next, buffer);
    buffer.flip();
    next += count;
    return true;
  }
}
