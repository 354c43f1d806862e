package io.microvisor.sandbox;

import java.io.IOException;
import java.io.OutputStream;

/// The pipe to a child, in which a failure to write is told apart from a failure to find what is to be written.
final class PipeStream extends OutputStream {
  /// The child reads no more.
  static final class ClosedException extends IOException {
    private static final long serialVersionUID = 1;

    private ClosedException(IOException cause) {
      super(cause);
    }
  }

  private final OutputStream pipe;

  PipeStream(OutputStream pipe) {
    this.pipe = pipe;
  }

  @Override
  public void write(int value) throws ClosedException {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int from, int length) throws ClosedException {
    try {
      pipe.write(bytes, from, length);
    } catch (IOException e) {
      throw new ClosedException(e);
    }
  }

  @Override
  public void flush() throws ClosedException {
    try {
      pipe.flush();
    } catch (IOException e) {
      throw new ClosedException(e);
    }
  }

  @Override
  public void close() throws ClosedException {
    try {
      pipe.close();
    } catch (IOException e) {
      throw new ClosedException(e);
    }
  }
}
