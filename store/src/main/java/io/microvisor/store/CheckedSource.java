package io.microvisor.store;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.Digest;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Set;

/// A content whose digest is looked at before its first byte is handed out.
///
/// @param sound what was looked at already, by whoever; shared by all contents of one place
record CheckedSource(ByteSource content, Digest digest, Set<Digest> sound) implements ByteSource {
  @Override
  public long size() {
    return content.size();
  }

  @Override
  public void readFully(long position, ByteBuffer into) throws IOException {
    check();
    content.readFully(position, into);
  }

  /// Of a file that is empty now nothing would be read, and so nothing checked.
  @Override
  public InputStream stream() {
    return size() == 0 ? new CheckedEnd(this) : ByteSource.super.stream();
  }

  /// The end of a content, which may have come too early.
  private static final class CheckedEnd extends InputStream {
    private final CheckedSource source;

    CheckedEnd(CheckedSource source) {
      this.source = source;
    }

    @Override
    public int read() throws IOException {
      source.check();
      return -1;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      return length == 0 ? 0 : read();
    }
  }

  /// @throws DamagedException if the content is another
  void check() throws IOException {
    if (sound.contains(digest)) {
      return;
    }
    if (!isSound(content, digest)) {
      throw DamagedException.of("content " + digest);
    }
    sound.add(digest);
  }

  static boolean isSound(ByteSource content, Digest digest) throws IOException {
    try {
      return Digest.sha256(content).equals(digest);
    } catch (EOFException _) {
      return false; // It became shorter since its size was asked for.
    }
  }
}
