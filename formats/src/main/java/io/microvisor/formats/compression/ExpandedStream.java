package io.microvisor.formats.compression;

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
  private final Codec codec;
  private final InputStream decoder;
  private final WatchedSource source;
  private final long limit;
  private long position;

  /// Work of a decoder that we did not write.
  @FunctionalInterface
  interface Decoding<T> {
    T run() throws IOException;
  }

  /// @param opening makes the decoder
  ExpandedStream(Codec codec, Decoding<InputStream> opening, WatchedSource source, long limit)
      throws IOException {
    this.codec = codec;
    this.source = source;
    this.limit = limit;
    this.decoder = guarded(opening);
  }

  static String format(Codec codec) {
    return codec.name().toLowerCase(Locale.ROOT) + " stream";
  }

  /// Decoders tell of damage by exceptions of many kinds, unchecked ones among them; here they become ours.
  private <T> T guarded(Decoding<T> decoding) throws IOException {
    try {
      return decoding.run();
    } catch (IOException e) {
      throw source.failed() || e instanceof FormatException ? e : translated(e);
    } catch (RuntimeException e) {
      throw translated(e);
    }
  }

  private FormatException translated(Exception e) {
    String format = format(codec);
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
    int count = guarded(() -> decoder.read(into, offset, length));
    position += Math.max(0, count);
    if (position > limit) {
      throw FormatException.unsupported(
          format(codec),
          limit,
          "expands to more than %s (expected: at most that)".formatted(new ByteSize(limit)));
    }
    return count;
  }

  @Override
  public void close() throws IOException {
    try (source) {
      decoder.close();
    }
  }
}
