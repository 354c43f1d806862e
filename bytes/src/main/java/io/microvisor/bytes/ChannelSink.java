package io.microvisor.bytes;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;

/// A [RandomSink] over a file.
record ChannelSink(FileChannel channel) implements RandomSink {
  @Override
  public void write(long position, ByteBuffer from) throws IOException {
    long at = position;
    while (from.hasRemaining()) {
      at += channel.write(from, at);
    }
  }

  /// Between files the kernel copies, without the bytes passing through here.
  @Override
  public void write(long position, ByteSource source) throws IOException {
    switch (source) {
      case ChannelSource file -> copy(file.channel(), 0, source.size(), position);
      case SliceSource(ChannelSource file, long start, long size) ->
          copy(file.channel(), start, size, position);
      case PathSource file -> {
        try (FileChannel opened = FileChannel.open(file.path(), StandardOpenOption.READ)) {
          copy(opened, 0, source.size(), position);
        }
      }
      default -> RandomSink.super.write(position, source);
    }
  }

  /// What has its own position is `channel`, which all else here never uses.
  private void copy(FileChannel from, long start, long size, long position) throws IOException {
    synchronized (channel) {
      channel.position(position);
      for (long done = 0; done < size; ) {
        long count = from.transferTo(start + done, size - done, channel);
        if (count <= 0) {
          throw new EOFException((size - done) + " more bytes expected at " + (start + done));
        }
        done += count;
      }
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
