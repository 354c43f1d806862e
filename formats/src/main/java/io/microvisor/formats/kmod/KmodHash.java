package io.microvisor.formats.kmod;

import java.nio.charset.StandardCharsets;
import java.util.Comparator;

/// The order in which kmod's hash table is walked, which is the order of lines in `modules.symbols` and that of modules
/// missing from `modules.order`: by bucket of Paul Hsieh's "super fast hash", then by name.
final class KmodHash {
  private KmodHash() {}

  /// The order of keys in a table of `buckets`, a power of two.
  static Comparator<String> order(int buckets) {
    return Comparator.<String>comparingInt(key -> hash(key) & (buckets - 1))
        .thenComparing(Comparator.naturalOrder());
  }

  static int hash(String key) {
    byte[] bytes = key.getBytes(StandardCharsets.ISO_8859_1);
    int hash = bytes.length;
    int at = 0;
    for (int words = bytes.length / 4; words > 0; words--) {
      hash += u16(bytes, at);
      int mixed = (u16(bytes, at + 2) << 11) ^ hash;
      hash = (hash << 16) ^ mixed;
      at += 4;
      hash += hash >>> 11;
    }
    switch (bytes.length & 3) {
      case 3 -> {
        hash += u16(bytes, at);
        hash ^= hash << 16;
        hash ^= bytes[at + 2] << 18;
        hash += hash >>> 11;
      }
      case 2 -> {
        hash += u16(bytes, at);
        hash ^= hash << 11;
        hash += hash >>> 17;
      }
      case 1 -> {
        hash += bytes[at];
        hash ^= hash << 10;
        hash += hash >>> 1;
      }
      default -> {
        // No bytes are left.
      }
    }
    hash ^= hash << 3;
    hash += hash >>> 5;
    hash ^= hash << 4;
    hash += hash >>> 17;
    hash ^= hash << 25;
    hash += hash >>> 6;
    return hash;
  }

  private static int u16(byte[] bytes, int at) {
    return (bytes[at] & 0xff) | (bytes[at + 1] & 0xff) << 8;
  }
}
