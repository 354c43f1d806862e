package io.microvisor.bytes;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;

/// A range of another source.
record SliceSource(ByteSource whole, long start, long size) implements ByteSource {
  @Override
  public void readFully(long position, ByteBuffer into) throws IOException {
    if (position < 0 || position > size - into.remaining()) {
      throw new EOFException(
          into.remaining() + " bytes at " + position + " (expected: within " + size + ")");
    }
    whole.readFully(start + position, into);
  }

  @Override
  public boolean isZeros(long position, long length) {
    return whole.isZeros(start + position, length);
  }

  @Override
  public ByteSource slice(long position, long length) {
    Objects.checkFromIndexSize(position, length, size);
    return new SliceSource(whole, start + position, length);
  }
}
