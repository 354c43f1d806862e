package io.microvisor.bytes;

import java.nio.ByteBuffer;

/// Tells blocks of zeros, which need not be written to a sparse sink.
public final class Zeros {
  private Zeros() {}

  /// Whether all remaining bytes of `buffer` are zero; its position does not move.
  public static boolean only(ByteBuffer buffer) {
    int at = buffer.position();
    for (; at + Long.BYTES <= buffer.limit(); at += Long.BYTES) {
      if (buffer.getLong(at) != 0) {
        return false;
      }
    }
    for (; at < buffer.limit(); at++) {
      if (buffer.get(at) != 0) {
        return false;
      }
    }
    return true;
  }
}
