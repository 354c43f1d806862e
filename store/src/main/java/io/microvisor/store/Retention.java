package io.microvisor.store;

import io.microvisor.bytes.ByteSize;
import java.time.Instant;

/// What of a store is to be kept.
///
/// @param usedSince what was not used since then goes
/// @param most of what is left, as much goes, the longest unused first, as it takes to come down to this size
public record Retention(Instant usedSince, ByteSize most) {
  /// Everything goes that can.
  public static final Retention NOTHING = new Retention(Instant.MAX, new ByteSize(0));

  /// By age alone.
  public static Retention since(Instant used) {
    return new Retention(used, new ByteSize(Long.MAX_VALUE));
  }

  /// By size alone.
  public static Retention most(ByteSize size) {
    return new Retention(Instant.MIN, size);
  }
}
