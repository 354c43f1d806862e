package io.microvisor.bytes;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/// Reads one on-disk record so that the code reads like the specification's table; the twin of [StructWriter].
public final class StructReader {
  private final String format;
  private final long origin;
  private final ByteBuffer buffer;

  private StructReader(String format, long origin, ByteBuffer buffer) {
    this.format = format;
    this.origin = origin;
    this.buffer = buffer;
  }

  /// A reader over a record held in memory.
  ///
  /// @param format what the record belongs to, as error messages name it
  public static StructReader of(String format, byte[] record) {
    return new StructReader(format, 0, ByteBuffer.wrap(record));
  }

  /// A reader over `size` bytes of `source` from `position`.
  ///
  /// @throws FormatException if the source ends before
  public static StructReader read(String format, ByteSource source, long position, int size)
      throws IOException {
    if (position < 0 || size < 0 || position > source.size() - size) {
      throw FormatException.damaged(
          format,
          position,
          size + " bytes do not fit the " + source.size() + " there are (truncated?)");
    }
    ByteBuffer buffer = ByteBuffer.allocate(size);
    source.readFully(position, buffer);
    return new StructReader(format, position, buffer.flip());
  }

  /// Where in the whole the next field is, in bytes.
  public long position() {
    return origin + buffer.position();
  }

  /// How many bytes of the record are left.
  public int remaining() {
    return buffer.remaining();
  }

  /// Goes to `offset` within the record.
  public StructReader at(int offset) throws FormatException {
    if (offset < 0 || offset > buffer.limit()) {
      throw FormatException.damaged(
          format,
          origin + offset,
          "beyond the record of " + buffer.limit() + " bytes (truncated?)");
    }
    buffer.position(offset);
    return this;
  }

  /// An unsigned byte.
  public int u8() throws FormatException {
    return need(1).get() & 0xff;
  }

  /// An unsigned 16-bit number, little-endian.
  public int u16le() throws FormatException {
    return need(2).order(ByteOrder.LITTLE_ENDIAN).getShort() & 0xffff;
  }

  /// An unsigned 16-bit number, big-endian.
  public int u16be() throws FormatException {
    return need(2).order(ByteOrder.BIG_ENDIAN).getShort() & 0xffff;
  }

  /// An unsigned 32-bit number, little-endian.
  public long u32le() throws FormatException {
    return need(4).order(ByteOrder.LITTLE_ENDIAN).getInt() & 0xffff_ffffL;
  }

  /// An unsigned 32-bit number, big-endian.
  public long u32be() throws FormatException {
    return need(4).order(ByteOrder.BIG_ENDIAN).getInt() & 0xffff_ffffL;
  }

  /// 64 bits, little-endian, which the caller may have to treat as unsigned.
  public long u64le() throws FormatException {
    return need(8).order(ByteOrder.LITTLE_ENDIAN).getLong();
  }

  /// 64 bits, big-endian, which the caller may have to treat as unsigned.
  public long u64be() throws FormatException {
    return need(8).order(ByteOrder.BIG_ENDIAN).getLong();
  }

  /// A 64-bit little-endian number that must lie between 0 and `max`: a size, count or position.
  ///
  /// @param field the field's name in the specification
  public long bounded64le(String field, long max) throws FormatException {
    long at = position();
    long value = u64le();
    if (value < 0 || value > max) {
      throw FormatException.damaged(
          format,
          at,
          field + " " + Long.toUnsignedString(value) + " (expected: at most " + max + ")");
    }
    return value;
  }

  /// Raw bytes.
  public byte[] bytes(int count) throws FormatException {
    byte[] bytes = new byte[need(count).remaining() >= count ? count : 0];
    buffer.get(bytes);
    return bytes;
  }

  /// ISO-8859-1 text of `width` bytes, up to the first zero.
  public String ascii(int width) throws FormatException {
    byte[] bytes = bytes(width);
    int length = 0;
    while (length < width && bytes[length] != 0) {
      length++;
    }
    return new String(bytes, 0, length, StandardCharsets.ISO_8859_1);
  }

  /// UTF-16LE text of `width` bytes, up to the first zero unit.
  public String utf16le(int width) throws FormatException {
    String text = new String(bytes(width), StandardCharsets.UTF_16LE);
    int end = text.indexOf('\0');
    return end < 0 ? text : text.substring(0, end);
  }

  /// A GUID in UEFI's byte order.
  public Guid guid() throws FormatException {
    long first = u32le();
    long second = u16le();
    long third = u16le();
    return new Guid(new UUID(first << 32 | second << 16 | third, u64be()));
  }

  /// Skips `count` bytes.
  public StructReader skip(int count) throws FormatException {
    need(count).position(buffer.position() + count);
    return this;
  }

  private ByteBuffer need(int count) throws FormatException {
    if (count < 0 || buffer.remaining() < count) {
      throw FormatException.damaged(
          format,
          position(),
          count + " bytes expected, " + buffer.remaining() + " left (truncated?)");
    }
    return buffer;
  }
}
