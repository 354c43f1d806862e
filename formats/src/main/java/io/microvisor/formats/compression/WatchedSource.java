package io.microvisor.formats.compression;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/// Remembers a failure of the stream below a decoder, to tell it from the decoder's own complaints.
final class WatchedSource extends FilterInputStream {
  private @Nullable IOException failure;

  WatchedSource(InputStream source) {
    super(source);
  }

  boolean failed() {
    return failure != null;
  }

  @Override
  public int read() throws IOException {
    try {
      return super.read();
    } catch (IOException e) {
      failure = e;
      throw e;
    }
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    try {
      return super.read(into, offset, length);
    } catch (IOException e) {
      failure = e;
      throw e;
    }
  }

  @Override
  public boolean markSupported() {
    return false;
  }
}
