package io.microvisor.testkit;

import static org.assertj.core.api.Assertions.fail;

import io.microvisor.bytes.FormatException;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;

/// Feeds a reader damaged forms of a good input: whatever it does, it must either return or throw an [IOException],
/// such as [FormatException], with a message; never another throwable.
public final class Malformed {
  /// A reader under test.
  @FunctionalInterface
  public interface Reader {
    /// Reads all of `input`, down to the last content.
    void read(byte[] input) throws IOException;
  }

  private Malformed() {}

  /// Every proper prefix must be refused. Inputs of more than `most` bytes are cut at `most` places spread evenly.
  public static void refusesEveryTruncation(byte[] good, int most, Reader reader) {
    int step = Math.max(1, good.length / most);
    for (int length = 0; length < good.length; length += step) {
      byte[] cut = Arrays.copyOf(good, length);
      if (survives(cut, reader)) {
        fail("accepted the first %d of %d bytes", length, good.length);
      }
    }
  }

  /// No single flipped bit may cause anything but a value or an [IOException]; `count` bits are tried, from `seed`.
  public static void survivesBitFlips(byte[] good, int count, long seed, Reader reader) {
    Random random = new Random(seed);
    for (int i = 0; i < count; i++) {
      survives(flipped(good, random.nextInt(good.length * 8)), reader);
    }
  }

  /// Every single flipped bit between bytes `from` (inclusive) and `to` (exclusive) must be refused.
  public static void refusesEveryBitFlip(byte[] good, int from, int to, Reader reader) {
    for (int bit = from * 8; bit < to * 8; bit++) {
      if (survives(flipped(good, bit), reader)) {
        fail("accepted bit %d of byte %d flipped", bit % 8, bit / 8);
      }
    }
  }

  private static byte[] flipped(byte[] good, int bit) {
    byte[] bad = good.clone();
    bad[bit / 8] ^= (byte) (1 << bit % 8);
    return bad;
  }

  private static boolean survives(byte[] input, Reader reader) {
    try {
      reader.read(input);
      return true;
    } catch (IOException e) {
      if (e.getMessage() == null || e.getMessage().isBlank()) {
        fail("an error without a message: %s", e);
      }
      return false;
    }
  }
}
