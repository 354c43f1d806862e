package io.microvisor.bytes;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// A source put together from pieces at certain positions, with zeros between them: a disk from its partitions, say, that
/// nobody has to write before it can be read.
///
/// @param size of the whole, in bytes
/// @param pieces by position; they do not overlap
public record Assembly(long size, List<Piece> pieces) implements ByteSource {
  /// One piece.
  ///
  /// @param position of its first byte in the whole
  public record Piece(long position, ByteSource bytes) {
    long end() {
      return position + bytes.size();
    }
  }

  /// @throws IllegalArgumentException if pieces overlap or leave the whole
  public Assembly {
    List<Piece> sorted = new ArrayList<>(pieces);
    sorted.sort(Comparator.comparingLong(Piece::position));
    long end = 0;
    for (Piece piece : sorted) {
      if (piece.position() < end || piece.end() > size) {
        throw new IllegalArgumentException(
            "assembly: piece of %d bytes at %d (expected: from %d, within %d)"
                .formatted(piece.bytes().size(), piece.position(), end, size));
      }
      end = piece.end();
    }
    pieces = List.copyOf(sorted);
  }

  @Override
  public void readFully(long position, ByteBuffer into) throws IOException {
    if (position < 0 || position > size - into.remaining()) {
      throw new EOFException(
          into.remaining() + " bytes at " + position + " (expected: within " + size + ")");
    }
    long at = position;
    int limit = into.limit();
    for (int next = firstEndingAfter(position); into.hasRemaining(); next++) {
      long gapEnd = next < pieces.size() ? pieces.get(next).position() : size;
      if (at < gapEnd) {
        int zeros = (int) Math.min(gapEnd - at, into.remaining());
        into.put(new byte[zeros]);
        at += zeros;
      }
      if (next < pieces.size() && into.hasRemaining()) {
        Piece piece = pieces.get(next);
        into.limit(into.position() + (int) Math.min(piece.end() - at, into.remaining()));
        long from = at - piece.position();
        at += into.remaining();
        piece.bytes().readFully(from, into);
        into.limit(limit);
      }
    }
  }

  @Override
  public boolean isZeros(long position, long length) {
    int next = firstEndingAfter(position);
    return next == pieces.size() || pieces.get(next).position() >= position + length;
  }

  /// Writes the whole into an empty sink; what is between the pieces is never written.
  public void writeTo(RandomSink sink) throws IOException {
    sink.setSize(size);
    for (Piece piece : pieces) {
      sink.write(piece.position(), piece.bytes());
    }
  }

  private int firstEndingAfter(long position) {
    int low = 0;
    int high = pieces.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (pieces.get(middle).end() > position) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }
}
