package io.microvisor.bytes;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/// A [RandomSink] over a file.
record ChannelSink(FileChannel channel) implements RandomSink {
  @Override
  public void write(long position, ByteBuffer from) throws IOException {
    long at = position;
    while (from.hasRemaining()) {
      at += channel.write(from, at);
    }
  }

  @Override
  public void setSize(long size) throws IOException {
    if (channel.size() > size) {
      channel.truncate(size);
    } else if (channel.size() < size) {
      // One zero at the end makes the file that long; the gap before it stays a hole.
      write(size - 1, ByteBuffer.allocate(1));
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
