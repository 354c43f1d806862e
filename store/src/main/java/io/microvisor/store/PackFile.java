package io.microvisor.store;

import io.microvisor.bytes.ByteSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// An open pack. The JDK closes a channel when a thread is interrupted while reading from it, for all threads; the others
/// then open it again. The descriptor itself is closed when the collector finds the channel unreachable.
final class PackFile implements ByteSource {
  private final Path path;
  private final long size;
  private volatile FileChannel channel;

  private PackFile(Path path, FileChannel channel, long size) {
    this.path = path;
    this.channel = channel;
    this.size = size;
  }

  static PackFile open(Path path) throws IOException {
    FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
    return new PackFile(path, channel, channel.size());
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public void readFully(long position, ByteBuffer into) throws IOException {
    int start = into.position();
    while (true) {
      FileChannel current = channel;
      try {
        ByteSource.of(current).readFully(position, into.position(start));
        return;
      } catch (AsynchronousCloseException e) {
        if (Thread.currentThread().isInterrupted()) {
          throw e;
        }
        reopen();
      } catch (ClosedChannelException _) {
        reopen();
      }
    }
  }

  private synchronized void reopen() throws IOException {
    if (!channel.isOpen()) {
      FileChannel again = FileChannel.open(path, StandardOpenOption.READ);
      if (again.size() != size) {
        again.close();
        throw new IOException("pack " + path + ": was replaced while in use (expected: the same)");
      }
      channel = again;
    }
  }
}
