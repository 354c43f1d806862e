package io.microvisor.formats.erofs;

/// Arithmetic of blocks, which are always 4096 bytes here.
final class Blocks {
  static final String FORMAT = "EROFS image";
  static final int BITS = 12;
  static final int SIZE = 1 << BITS;

  private Blocks() {}

  /// How many blocks `bytes` take.
  static long count(long bytes) {
    return bytes + SIZE - 1 >>> BITS;
  }

  static int alignUp(int value, int alignment) {
    return value + alignment - 1 & -alignment;
  }
}
