package io.microvisor.bytes;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/// A [ByteSink] over an [OutputStream].
final class StreamSink implements ByteSink {
  private final OutputStream stream;
  private long position;

  StreamSink(OutputStream stream) {
    this.stream = stream;
  }

  @Override
  public long position() {
    return position;
  }

  @Override
  public void write(ByteBuffer from) throws IOException {
    int count = from.remaining();
    if (from.hasArray()) {
      stream.write(from.array(), from.arrayOffset() + from.position(), count);
      from.position(from.limit());
    } else {
      byte[] bytes = new byte[count];
      from.get(bytes);
      stream.write(bytes);
    }
    position += count;
  }

  @Override
  public void close() throws IOException {
    stream.close();
  }
}
