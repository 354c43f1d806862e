package io.microvisor.formats.compression;

import io.microvisor.bytes.FormatException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/// What a gzip file expands to (RFC 1952): all of its members, each checked against its CRC-32 and size.
///
/// Of a member's header everything optional is passed over, as gzip and zlib do it: extra fields need not consist of
/// subfields. (The JDK's stream says nothing of what follows a member and is none; that of Commons Compress refuses extra
/// fields without subfields.)
///
/// | field | offset | size | meaning |
/// |---|---|---|---|
/// | ID1, ID2 | 0 | 2 | 1f 8b |
/// | CM | 2 | 1 | 8: deflate |
/// | FLG | 3 | 1 | which optional fields follow |
/// | MTIME, XFL, OS | 4 | 6 | not looked at |
/// | extra field | | 2 + XLEN | with FEXTRA (4): its length, little-endian, and bytes |
/// | name | | | with FNAME (8): up to a NUL |
/// | comment | | | with FCOMMENT (16): up to a NUL |
/// | CRC16 | | 2 | with FHCRC (2): not looked at |
///
/// Behind the deflated bytes follow CRC-32 and size modulo 2^32 of what they expand to, four bytes each.
final class GzipStream extends InputStream {
  private static final String FORMAT = "gzip stream";
  private static final int FHCRC = 2;
  private static final int FEXTRA = 4;
  private static final int FNAME = 8;
  private static final int FCOMMENT = 16;
  private static final int RESERVED = 0xe0;

  private final InputStream source;
  private final Inflater inflater = new Inflater(true);
  private final CRC32 crc = new CRC32();
  private final byte[] buffer = new byte[1 << 15];
  private int at;
  private int end;
  private boolean ended;

  /// @throws FormatException if `source` does not begin with a member's header
  GzipStream(InputStream source) throws IOException {
    this.source = source;
    if (!header()) {
      throw new EOFException();
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    try {
      while (!ended && length > 0) {
        int count = inflater.inflate(into, offset, length);
        if (count > 0) {
          crc.update(into, offset, count);
          return count;
        }
        if (inflater.finished()) {
          at = end - inflater.getRemaining();
          trailer();
          ended = !header();
        } else if (inflater.needsDictionary()) {
          throw damaged("a preset dictionary");
        } else {
          fill();
          inflater.setInput(buffer, at, end - at);
        }
      }
      return length == 0 ? 0 : -1;
    } catch (DataFormatException e) {
      FormatException damaged = damaged(String.valueOf(e.getMessage()));
      damaged.initCause(e);
      throw damaged;
    }
  }

  /// Reads a member's header and makes the inflater ready for it; false at the end of the source.
  private boolean header() throws IOException {
    int first = next();
    if (first < 0) {
      return false;
    }
    if (first != 0x1f || needed() != 0x8b || needed() != 8) {
      throw damaged("no member's header (expected: 1f 8b 08)");
    }
    int flags = needed();
    if ((flags & RESERVED) != 0) {
      throw FormatException.unsupported(FORMAT, 0, "flags 0x" + Integer.toHexString(flags));
    }
    skip(6);
    if ((flags & FEXTRA) != 0) {
      skip(needed() | needed() << 8);
    }
    if ((flags & FNAME) != 0) {
      skipText();
    }
    if ((flags & FCOMMENT) != 0) {
      skipText();
    }
    if ((flags & FHCRC) != 0) {
      skip(2);
    }
    inflater.reset();
    inflater.setInput(buffer, at, end - at);
    crc.reset();
    return true;
  }

  private void trailer() throws IOException {
    long sum = fourBytes();
    long size = fourBytes();
    if (sum != crc.getValue()) {
      throw damaged("CRC-32 is 0x%08x (expected: 0x%08x)".formatted(crc.getValue(), sum));
    }
    if (size != (inflater.getBytesWritten() & 0xffff_ffffL)) {
      throw damaged(
          "a member of %d bytes (expected: %d)".formatted(inflater.getBytesWritten(), size));
    }
  }

  private long fourBytes() throws IOException {
    return needed() | needed() << 8 | needed() << 16 | (long) needed() << 24;
  }

  private void skip(int count) throws IOException {
    for (int i = 0; i < count; i++) {
      needed();
    }
  }

  private void skipText() throws IOException {
    while (needed() != 0) {} // Up to the NUL that ends it.
  }

  private int needed() throws IOException {
    int value = next();
    if (value < 0) {
      throw new EOFException();
    }
    return value;
  }

  private int next() throws IOException {
    if (at == end) {
      at = 0;
      end = Math.max(0, source.read(buffer, 0, buffer.length));
    }
    return at == end ? -1 : buffer[at++] & 0xff;
  }

  private void fill() throws IOException {
    at = 0;
    end = source.read(buffer, 0, buffer.length);
    if (end <= 0) {
      end = 0;
      throw new EOFException();
    }
  }

  private static FormatException damaged(String what) {
    return FormatException.damaged(FORMAT, 0, what);
  }

  @Override
  public void close() throws IOException {
    inflater.end();
    source.close();
  }
}
