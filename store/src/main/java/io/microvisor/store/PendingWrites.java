package io.microvisor.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/// Gathers small writes that follow each other into large ones.
final class PendingWrites {
  private final FileChannel channel;
  private final ByteBuffer gathered = ByteBuffer.allocate(1 << 18);
  private long start;

  PendingWrites(FileChannel channel) {
    this.channel = channel;
  }

  /// Writes all of `from` at `position`, now or when flushed; a position that does not follow the last write flushes.
  void write(long position, ByteBuffer from) throws IOException {
    if (position != start + gathered.position()) {
      flush();
      start = position;
    }
    while (from.hasRemaining()) {
      if (!gathered.hasRemaining()) {
        flush();
      }
      int count = Math.min(from.remaining(), gathered.remaining());
      gathered.put(from.slice(from.position(), count));
      from.position(from.position() + count);
    }
  }

  void flush() throws IOException {
    gathered.flip();
    while (gathered.hasRemaining()) {
      start += channel.write(gathered, start);
    }
    gathered.clear();
  }
}
