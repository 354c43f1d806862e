package io.microvisor.bytes;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/// Writes one on-disk record of fixed size so that the code reads like the specification's table.
///
/// Begin each field with [#at]: it fails if the fields before it did not end there, so a missed or misplaced field
/// cannot pass. Numbers are refused when they do not fit their field.
public final class StructWriter {
  private final ByteBuffer buffer;

  private StructWriter(ByteBuffer buffer) {
    this.buffer = buffer;
  }

  /// A writer for a record of `size` bytes.
  public static StructWriter ofSize(int size) {
    return new StructWriter(ByteBuffer.allocate(size));
  }

  /// States that the next field begins at `offset`.
  ///
  /// @throws IllegalStateException if the fields so far do not end there
  public StructWriter at(int offset) {
    if (buffer.position() != offset) {
      throw new IllegalStateException(
          "record: next field at " + buffer.position() + " (expected: " + offset + ")");
    }
    return this;
  }

  /// An unsigned byte.
  public StructWriter u8(int value) {
    buffer.put((byte) fits(value, 0xff));
    return this;
  }

  /// An unsigned 16-bit number, little-endian.
  public StructWriter u16le(int value) {
    buffer.order(ByteOrder.LITTLE_ENDIAN).putShort((short) fits(value, 0xffff));
    return this;
  }

  /// An unsigned 16-bit number, big-endian.
  public StructWriter u16be(int value) {
    buffer.order(ByteOrder.BIG_ENDIAN).putShort((short) fits(value, 0xffff));
    return this;
  }

  /// An unsigned 32-bit number, little-endian.
  public StructWriter u32le(long value) {
    buffer.order(ByteOrder.LITTLE_ENDIAN).putInt((int) fits(value, 0xffff_ffffL));
    return this;
  }

  /// An unsigned 32-bit number, big-endian.
  public StructWriter u32be(long value) {
    buffer.order(ByteOrder.BIG_ENDIAN).putInt((int) fits(value, 0xffff_ffffL));
    return this;
  }

  /// A 64-bit number, little-endian; all 64 bits are written as they are.
  public StructWriter u64le(long value) {
    buffer.order(ByteOrder.LITTLE_ENDIAN).putLong(value);
    return this;
  }

  /// A 64-bit number, big-endian; all 64 bits are written as they are.
  public StructWriter u64be(long value) {
    buffer.order(ByteOrder.BIG_ENDIAN).putLong(value);
    return this;
  }

  /// ASCII text, padded with zeros to `width` bytes.
  ///
  /// @throws IllegalArgumentException if the text is longer or not ASCII
  public StructWriter ascii(String text, int width) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    if (bytes.length > width || !new String(bytes, StandardCharsets.US_ASCII).equals(text)) {
      throw new IllegalArgumentException(
          "text: \"" + text + "\" (expected: at most " + width + " ASCII characters)");
    }
    buffer.put(bytes);
    return zeros(width - bytes.length);
  }

  /// UTF-16LE text, padded with zeros to `width` bytes.
  ///
  /// @throws IllegalArgumentException if the text is longer
  public StructWriter utf16le(String text, int width) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_16LE);
    if (bytes.length > width) {
      throw new IllegalArgumentException(
          "text: \"" + text + "\" (expected: at most " + width / 2 + " UTF-16 units)");
    }
    buffer.put(bytes);
    return zeros(width - bytes.length);
  }

  /// A GUID in UEFI's byte order (first three fields little-endian).
  public StructWriter guid(Guid guid) {
    long high = guid.uuid().getMostSignificantBits();
    buffer.order(ByteOrder.LITTLE_ENDIAN);
    buffer.putInt((int) (high >>> 32)).putShort((short) (high >>> 16)).putShort((short) high);
    buffer.order(ByteOrder.BIG_ENDIAN).putLong(guid.uuid().getLeastSignificantBits());
    return this;
  }

  /// Raw bytes.
  public StructWriter bytes(byte[] value) {
    buffer.put(value);
    return this;
  }

  /// `count` bytes of zero.
  public StructWriter zeros(int count) {
    buffer.put(new byte[count]);
    return this;
  }

  /// The finished record.
  ///
  /// @throws IllegalStateException if the fields do not fill it
  public byte[] toBytes() {
    at(buffer.capacity());
    return buffer.array().clone();
  }

  private static long fits(long value, long max) {
    if (value < 0 || value > max) {
      throw new IllegalArgumentException("field: " + value + " (expected: 0 to " + max + ")");
    }
    return value;
  }
}
