package io.microvisor.formats;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.RandomSink;
import java.io.EOFException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/// A sparse disk in memory: what was never written takes no space, so that tests may write gigabytes of nothing.
public final class MemoryDisk implements RandomSink, ByteSource {
  private static final int PAGE = 4096;

  private final Map<Long, byte[]> pages = new TreeMap<>();
  private long size;

  @Override
  public void write(long position, ByteBuffer from) {
    long at = position;
    while (from.hasRemaining()) {
      byte[] page = pages.computeIfAbsent(at / PAGE, _ -> new byte[PAGE]);
      int offset = (int) (at % PAGE);
      int count = Math.min(PAGE - offset, from.remaining());
      from.get(page, offset, count);
      at += count;
    }
    size = Math.max(size, at);
  }

  @Override
  public void setSize(long size) {
    this.size = size;
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public void readFully(long position, ByteBuffer into) throws EOFException {
    if (position < 0 || position > size - into.remaining()) {
      throw new EOFException(into.remaining() + " bytes at " + position + " of " + size);
    }
    long at = position;
    while (into.hasRemaining()) {
      byte[] page = pages.getOrDefault(at / PAGE, new byte[PAGE]);
      int offset = (int) (at % PAGE);
      int count = Math.min(PAGE - offset, into.remaining());
      into.put(page, offset, count);
      at += count;
    }
  }

  /// How many bytes the pages take that were written at all.
  public long allocated() {
    return (long) pages.size() * PAGE;
  }

  /// Flips bit `bit` (0 to 7) of the byte at `position`.
  public void flip(long position, int bit) {
    pages.computeIfAbsent(position / PAGE, _ -> new byte[PAGE])[(int) (position % PAGE)] ^=
        (byte) (1 << bit);
  }

  /// A disk with the same bytes, cut or extended to `length`.
  public MemoryDisk copy(long length) {
    MemoryDisk copy = new MemoryDisk();
    pages.forEach((index, page) -> copy.pages.put(index, Arrays.copyOf(page, PAGE)));
    copy.size = length;
    return copy;
  }

  @Override
  public void close() {}
}
