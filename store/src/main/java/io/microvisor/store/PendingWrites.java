package io.microvisor.store;

import io.microvisor.bytes.files.FullDiskException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/// Gathers small writes that follow each other into large ones.
final class PendingWrites {
  private final Path file;
  private final FileChannel channel;
  private final ByteBuffer gathered = ByteBuffer.allocate(1 << 18);
  private long start;

  /// @param file what the channel writes to
  PendingWrites(Path file, FileChannel channel) {
    this.file = file;
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
    try {
      while (gathered.hasRemaining()) {
        start += channel.write(gathered, start);
      }
    } catch (IOException e) {
      throw FullDiskException.named(file.resolveSibling(""), e);
    }
    gathered.clear();
  }
}
