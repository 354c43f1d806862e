package io.microvisor.formats.hwdb;

import java.util.Arrays;
import java.util.TreeMap;

/// Strings one after the other, each ended by NUL, a string that ends another one lying in that. Where a string lies depends on
/// the order in which they come: only those that came before, or their ends, are looked at.
final class Strings {
  private static final int FIRST_CAPACITY = 1 << 20;

  /// A string, below the one that is its end: their last bytes lead from the root here.
  private static final class Node {
    private final int offset;
    private final int size;
    private final TreeMap<Byte, Node> longer = new TreeMap<>();

    Node(int offset, int size) {
      this.offset = offset;
      this.size = size;
    }
  }

  private final Node root = new Node(0, 0);
  private byte[] bytes = new byte[FIRST_CAPACITY];
  private int used = 1; // The empty string.

  /// Where a string is from now on.
  int add(byte[] string) {
    Node node = root;
    for (int depth = 0; ; depth++) {
      int end = node.offset + node.size;
      if (depth == string.length
          || node.size >= string.length
              && Arrays.equals(bytes, end - string.length, end, string, 0, string.length)) {
        return end - string.length;
      }
      byte last = string[string.length - 1 - depth];
      Node longer = node.longer.get(last);
      if (longer == null) {
        Node added = new Node(used, string.length);
        node.longer.put(last, added);
        append(string);
        return added.offset;
      }
      node = longer;
    }
  }

  private void append(byte[] string) {
    int needed = used + string.length + 1;
    if (needed > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(needed, 2 * bytes.length));
    }
    System.arraycopy(string, 0, bytes, used, string.length);
    used = needed;
  }

  /// The byte at an offset.
  byte at(int offset) {
    return bytes[offset];
  }

  /// Part of what lies there.
  byte[] slice(int offset, int size) {
    return Arrays.copyOfRange(bytes, offset, offset + size);
  }

  /// Which of two strings comes first, as strcmp(3) says.
  int compare(int one, int other) {
    int i = 0;
    while (bytes[one + i] != 0 && bytes[one + i] == bytes[other + i]) {
      i++;
    }
    return Byte.compareUnsigned(bytes[one + i], bytes[other + i]);
  }

  /// All of them.
  byte[] toBytes() {
    return Arrays.copyOf(bytes, used);
  }
}
