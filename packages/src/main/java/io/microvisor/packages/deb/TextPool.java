package io.microvisor.packages.deb;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/// Makes strings of bytes and hands out the same string for the same short bytes most of the time: an index says
/// `amd64`, `libs` and `glibc` thousands of times. It forgets what it has no room for, which is harmless.
///
/// Not for several threads.
final class TextPool {
  private static final int MOST_SLOTS = 1 << 14;
  private static final int BYTES_A_SLOT = 16;
  private static final int LONGEST = 64;

  private final String[] slots;
  private final Map<String, byte[]> names = new HashMap<>();

  /// One for a whole index.
  TextPool() {
    slots = new String[MOST_SLOTS];
  }

  /// One for a text of `length` bytes: who keeps a stanza keeps its pool.
  TextPool(int length) {
    slots = new String[Math.min(MOST_SLOTS, Integer.highestOneBit(length / BYTES_A_SLOT | 1))];
  }

  /// `bytes[from, to)` as UTF-8.
  String text(byte[] bytes, int from, int to) {
    int length = to - from;
    if (length > LONGEST) {
      return new String(bytes, from, length, StandardCharsets.UTF_8);
    }
    int hash = 0;
    for (int i = from; i < to; i++) {
      hash = 31 * hash + bytes[i];
    }
    int slot = (hash ^ hash >>> 15) & slots.length - 1;
    String known = slots[slot];
    if (known != null && same(known, bytes, from, length)) {
      return known;
    }
    String fresh = new String(bytes, from, length, StandardCharsets.UTF_8);
    slots[slot] = fresh;
    return fresh;
  }

  /// A field's name with its colon, as bytes.
  byte[] name(String name) {
    byte[] known = names.get(name);
    if (known == null) {
      known = (name + ":").getBytes(StandardCharsets.UTF_8);
      names.put(name, known);
    }
    return known;
  }

  private static boolean same(String text, byte[] bytes, int from, int length) {
    if (text.length() != length) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      if (text.charAt(i) != bytes[from + i]) {
        return false;
      }
    }
    return true;
  }

  @Override
  public String toString() {
    return "a pool of " + Arrays.stream(slots).filter(s -> s != null).count() + " texts";
  }
}
