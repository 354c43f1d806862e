package io.microvisor.formats.compression;

import io.microvisor.bytes.FormatException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;

/// One decoding by liblzma: an `lzma_stream` and its two buffers, all in one arena.
///
/// | field of lzma_stream | offset | size | meaning |
/// |---|---|---|---|
/// | next_in | 0 | 8 | the next input byte |
/// | avail_in | 8 | 8 | how many input bytes there are |
/// | total_in | 16 | 8 | how many were taken so far |
/// | next_out | 24 | 8 | where the next output byte goes |
/// | avail_out | 32 | 8 | how much room there is |
/// | the rest | 40 | 96 | liblzma's own; zeros at first (LZMA_STREAM_INIT) |
final class LiblzmaStream extends InputStream {
  private static final String FORMAT = "xz stream";
  private static final int STREAM_SIZE = 136;
  private static final int NEXT_IN = 0;
  private static final int AVAIL_IN = 8;
  private static final int TOTAL_IN = 16;
  private static final int NEXT_OUT = 24;
  private static final int AVAIL_OUT = 32;
  private static final int INPUT_SIZE = 1 << 16;
  private static final int OUTPUT_SIZE = 1 << 17;

  private static final int LZMA_TELL_UNSUPPORTED_CHECK = 0x02;
  private static final int LZMA_CONCATENATED = 0x08;
  private static final int LZMA_RUN = 0;
  private static final int LZMA_FINISH = 3;
  private static final int LZMA_OK = 0;
  private static final int LZMA_STREAM_END = 1;

  private final Liblzma liblzma;
  private final InputStream source;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment stream = arena.allocate(STREAM_SIZE, 8);
  private final MemorySegment input = arena.allocate(INPUT_SIZE);
  private final MemorySegment output = arena.allocate(OUTPUT_SIZE);
  private final byte[] staging = new byte[INPUT_SIZE];
  private long next;
  private long end;
  private boolean sourceEnded;
  private boolean streamEnded;
  private boolean closed;

  LiblzmaStream(Liblzma liblzma, InputStream source) throws IOException {
    this.liblzma = liblzma;
    this.source = source;
    int flags = LZMA_TELL_UNSUPPORTED_CHECK | LZMA_CONCATENATED;
    int result = liblzma.streamDecoder(stream, Decompressor.XZ_MEMORY, flags);
    if (result != LZMA_OK) {
      close();
      throw new IOException("liblzma: lzma_stream_decoder returned " + result + " (expected: 0)");
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, into.length);
    if (closed) {
      throw new IOException("xz stream: closed");
    }
    if (length == 0) {
      return 0;
    }
    while (next == end) {
      if (streamEnded) {
        return -1;
      }
      decode();
    }
    int count = (int) Math.min(length, end - next);
    MemorySegment.copy(output, ValueLayout.JAVA_BYTE, next, into, offset, count);
    next += count;
    return count;
  }

  private void decode() throws IOException {
    if (stream.get(ValueLayout.JAVA_LONG, AVAIL_IN) == 0 && !sourceEnded) {
      fillInput();
    }
    stream.set(ValueLayout.ADDRESS, NEXT_OUT, output);
    stream.set(ValueLayout.JAVA_LONG, AVAIL_OUT, OUTPUT_SIZE);
    int result = liblzma.code(stream, sourceEnded ? LZMA_FINISH : LZMA_RUN);
    next = 0;
    end = OUTPUT_SIZE - stream.get(ValueLayout.JAVA_LONG, AVAIL_OUT);
    if (result == LZMA_STREAM_END) {
      streamEnded = true;
    } else if (result != LZMA_OK) {
      throw failure(result, stream.get(ValueLayout.JAVA_LONG, TOTAL_IN));
    }
  }

  private void fillInput() throws IOException {
    int count = source.read(staging, 0, staging.length);
    if (count < 0) {
      sourceEnded = true;
      return;
    }
    MemorySegment.copy(staging, 0, input, ValueLayout.JAVA_BYTE, 0, count);
    stream.set(ValueLayout.ADDRESS, NEXT_IN, input);
    stream.set(ValueLayout.JAVA_LONG, AVAIL_IN, count);
  }

  /// What a result other than success means (lzma_ret in lzma/base.h).
  private static IOException failure(int result, long position) {
    return switch (result) {
      case 3 -> FormatException.unsupported(FORMAT, position, "an unknown kind of checksum");
      case 5 -> new IOException("liblzma: out of memory");
      case 6 ->
          FormatException.unsupported(
              FORMAT,
              position,
              "a dictionary too large for %d bytes of memory".formatted(Decompressor.XZ_MEMORY));
      case 7 ->
          position <= 12
              ? FormatException.notThis(FORMAT, "no xz header at byte 0")
              : FormatException.damaged(FORMAT, position, "something follows the stream");
      case 8 -> FormatException.unsupported(FORMAT, position, "an unknown filter or option");
      case 9 -> FormatException.damaged(FORMAT, position, "a checksum or code does not match");
      case 10 -> FormatException.damaged(FORMAT, position, "ends too early (truncated?)");
      default -> throw new IllegalStateException("liblzma: lzma_code returned " + result);
    };
  }

  @Override
  public void close() throws IOException {
    if (!closed) {
      closed = true;
      liblzma.end(stream);
      arena.close();
      source.close();
    }
  }
}
