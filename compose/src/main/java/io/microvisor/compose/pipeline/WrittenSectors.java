package io.microvisor.compose.pipeline;

import io.microvisor.bytes.RandomSink;
import java.nio.ByteBuffer;
import java.util.BitSet;

/// Writes nothing, and remembers where: a file that was written so takes the room of these sectors, or more, but not of its
/// holes.
final class WrittenSectors implements RandomSink {
  private static final int SECTOR = 512;

  private final BitSet sectors = new BitSet();

  @Override
  public void write(long position, ByteBuffer from) {
    int first = Math.toIntExact(position / SECTOR);
    int end = Math.toIntExact(Math.ceilDiv(position + from.remaining(), SECTOR));
    sectors.set(first, end);
    from.position(from.limit());
  }

  /// In bytes.
  long size() {
    return (long) sectors.cardinality() * SECTOR;
  }

  @Override
  public void setSize(long size) {
    // What is only long takes no room.
  }

  @Override
  public void close() {
    // Nothing is open.
  }
}
