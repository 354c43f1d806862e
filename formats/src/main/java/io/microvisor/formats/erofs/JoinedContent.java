package io.microvisor.formats.erofs;

import io.microvisor.bytes.ByteSource;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;

/// Whole blocks, then what lies behind the inode.
record JoinedContent(ByteSource body, ByteSource tail) implements ByteSource {
  @Override
  public long size() {
    return body.size() + tail.size();
  }

  @Override
  public void readFully(long position, ByteBuffer into) throws IOException {
    if (position < 0 || position > size() - into.remaining()) {
      throw new EOFException(
          into.remaining() + " bytes at " + position + " (expected: within " + size() + ")");
    }
    int limit = into.limit();
    if (position < body.size()) {
      into.limit((int) Math.min(limit, into.position() + body.size() - position));
      int count = into.remaining();
      body.readFully(position, into);
      into.limit(limit);
      if (into.hasRemaining()) {
        tail.readFully(position + count - body.size(), into);
      }
    } else {
      tail.readFully(position - body.size(), into);
    }
  }
}
