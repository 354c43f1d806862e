package io.microvisor.packages.unpack;

import io.microvisor.bytes.ByteSize;
import io.microvisor.bytes.FormatException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.Objects;
import org.tukaani.xz.MemoryLimitException;
import org.tukaani.xz.UnsupportedOptionsException;

/// What a decoder delivers, up to a limit, with its complaints in our words.
final class ExpandedStream extends InputStream {
  private final Compression compression;
  private final InputStream decoder;
  private final WatchedSource source;
  private final long limit;
  private long position;

  ExpandedStream(Compression compression, InputStream decoder, WatchedSource source, long limit) {
    this.compression = compression;
    this.decoder = decoder;
    this.source = source;
    this.limit = limit;
  }

  static String format(Compression compression) {
    return compression.name().toLowerCase(Locale.ROOT) + " stream";
  }

  static IOException translated(Compression compression, WatchedSource source, IOException e) {
    if (source.failed() || e instanceof FormatException) {
      return e;
    }
    String format = format(compression);
    String what = e instanceof EOFException ? "ends too early (truncated?)" : String.valueOf(e);
    FormatException translated =
        e instanceof MemoryLimitException || e instanceof UnsupportedOptionsException
            ? FormatException.unsupported(format, 0, what)
            : FormatException.damaged(format, 0, what);
    translated.initCause(e);
    return translated;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, into.length);
    if (length == 0) {
      return 0;
    }
    try {
      int count = decoder.read(into, offset, length);
      position += Math.max(0, count);
      if (position > limit) {
        throw FormatException.unsupported(
            format(compression),
            limit,
            "expands to more than %s (expected: at most that)".formatted(new ByteSize(limit)));
      }
      return count;
    } catch (IOException e) {
      throw translated(compression, source, e);
    }
  }

  @Override
  public void close() throws IOException {
    try (source) {
      decoder.close();
    }
  }
}
