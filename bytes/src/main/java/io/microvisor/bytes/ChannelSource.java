package io.microvisor.bytes;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/// A [ByteSource] over an open file.
record ChannelSource(FileChannel channel, long size) implements ByteSource {
  @Override
  public void readFully(long position, ByteBuffer into) throws IOException {
    readFully(channel, position, into);
  }

  static void readFully(FileChannel channel, long position, ByteBuffer into) throws IOException {
    long at = position;
    while (into.hasRemaining()) {
      int read = channel.read(into, at);
      if (read < 0) {
        throw new EOFException(into.remaining() + " more bytes expected at " + at);
      }
      at += read;
    }
  }
}
