package io.microvisor.bytes;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/// Where bytes go, one after the other.
public interface ByteSink extends Closeable {
  /// How many bytes have been written so far.
  long position();

  /// Writes all remaining bytes of `from`.
  void write(ByteBuffer from) throws IOException;

  /// Writes all of `bytes`.
  default void write(byte[] bytes) throws IOException {
    write(ByteBuffer.wrap(bytes));
  }

  /// Writes zeros until [#position] is a multiple of `alignment`.
  default void padTo(int alignment) throws IOException {
    long over = position() % alignment;
    if (over != 0) {
      write(ByteBuffer.allocate((int) (alignment - over)));
    }
  }

  /// A stream that writes here; closing it does not close this sink.
  default OutputStream stream() {
    ByteSink sink = this;
    return new OutputStream() {
      @Override
      public void write(int b) throws IOException {
        sink.write(new byte[] {(byte) b});
      }

      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        sink.write(ByteBuffer.wrap(bytes, offset, length));
      }
    };
  }

  /// A sink over a stream, which it closes.
  static ByteSink of(OutputStream stream) {
    return new StreamSink(stream);
  }
}
