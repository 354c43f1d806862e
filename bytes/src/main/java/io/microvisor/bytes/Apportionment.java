package io.microvisor.bytes;

import java.util.Arrays;

/// Divides stored bytes among the bytes they stand for: where compressed pieces follow each other, a range of what they
/// decode to is given its part of each piece it touches, by size. The shares of ranges that cover everything once add up
/// to all that is stored, to the byte.
public final class Apportionment {
  private long[] decoded = new long[16];
  private long[] stored = new long[16];
  private int last;

  /// Adds the next piece.
  ///
  /// @param decodedSize how many bytes it decodes to, at least 1
  /// @param storedSize how many bytes it takes
  public Apportionment add(long decodedSize, long storedSize) {
    if (decodedSize < 1 || storedSize < 0) {
      throw new IllegalArgumentException(
          "piece: " + storedSize + " bytes for " + decodedSize + " (expected: >= 0 for >= 1)");
    }
    if (++last == decoded.length) {
      decoded = Arrays.copyOf(decoded, 2 * last);
      stored = Arrays.copyOf(stored, 2 * last);
    }
    decoded[last] = Math.addExact(decoded[last - 1], decodedSize);
    stored[last] = Math.addExact(stored[last - 1], storedSize);
    return this;
  }

  /// How many bytes all pieces decode to.
  public long decodedSize() {
    return decoded[last];
  }

  /// How many bytes all pieces take.
  public long storedSize() {
    return stored[last];
  }

  /// How many of the stored bytes stand for the decoded ones from `position`. What lies behind the last piece has no
  /// share.
  public long share(long position, long size) {
    return before(position + size) - before(position);
  }

  private long before(long position) {
    if (position >= decoded[last]) {
      return stored[last];
    }
    int found = Arrays.binarySearch(decoded, 0, last + 1, position);
    int piece = found >= 0 ? found : -found - 2;
    double part = (double) (position - decoded[piece]) / (decoded[piece + 1] - decoded[piece]);
    return stored[piece] + (long) (part * (stored[piece + 1] - stored[piece]));
  }
}
