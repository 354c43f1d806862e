package io.microvisor.formats.tar;

import io.microvisor.bytes.ContentSink;
import io.microvisor.bytes.Digest;
import io.microvisor.bytes.FormatException;
import java.io.OutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;

/// An archive as a stream of blocks: knows where it is, and never delivers less than it was asked for.
final class TarInput {
  private static final int LARGEST_METADATA = 1 << 20;
  private static final long LARGEST_METADATA_SUM = 1 << 28;

  private final InputStream stream;
  private final byte[] block = new byte[TarHeader.BLOCK_SIZE];
  private final byte[] gathered = new byte[1 << 16];
  private int next;
  private int end;
  private long position;
  private long metadata;

  TarInput(InputStream stream) {
    this.stream = stream;
  }

  /// Where the next byte is in the archive.
  long position() {
    return position;
  }

  /// The next header; empty when the archive ended as it should, after which nothing is left of the stream.
  Optional<TarHeader> header() throws IOException {
    long at = position;
    fill(block);
    if (!isZero(block)) {
      return Optional.of(TarHeader.read(block, at));
    }
    fill(block);
    while (isZero(block)) {
      int count = read(block, 0, block.length);
      if (count < 0) {
        return Optional.empty();
      }
      Arrays.fill(block, count, block.length, (byte) 0);
    }
    throw FormatException.damaged(
        TarHeader.FORMAT, at, "something follows a block of zeros (expected: zeros to the end)");
  }

  private static boolean isZero(byte[] bytes) {
    for (byte b : bytes) {
      if (b != 0) {
        return false;
      }
    }
    return true;
  }

  /// The content of a member that describes another one, which is kept in memory and therefore bounded.
  byte[] metadata(long size) throws IOException {
    if (size > LARGEST_METADATA || (metadata += size) > LARGEST_METADATA_SUM) {
      throw FormatException.unsupported(
          TarHeader.FORMAT,
          position,
          "a name or extended header of %d bytes (expected: at most %d, and %d for all together)"
              .formatted(size, LARGEST_METADATA, LARGEST_METADATA_SUM));
    }
    byte[] content = new byte[(int) size];
    fill(content);
    skipPadding(size);
    return content;
  }

  /// Hands the content of a file to `sink`.
  Digest content(long size, ContentSink sink) throws IOException {
    Content content = new Content(size);
    Digest digest = sink.add(content, size);
    content.transferTo(OutputStream.nullOutputStream());
    skipPadding(size);
    return digest;
  }

  private void skipPadding(long size) throws IOException {
    fill(new byte[(int) (-size & TarHeader.BLOCK_SIZE - 1)]);
  }

  private void fill(byte[] bytes) throws IOException {
    int filled = 0;
    while (filled < bytes.length) {
      int count = read(bytes, filled, bytes.length - filled);
      if (count < 0) {
        throw FormatException.damaged(
            TarHeader.FORMAT, position, "ends within a member or without its end (truncated?)");
      }
      filled += count;
    }
  }

  private int read(byte[] into, int offset, int length) throws IOException {
    int count;
    if (next == end && length >= gathered.length) {
      count = stream.read(into, offset, length);
    } else {
      if (next == end) {
        next = 0;
        end = Math.max(0, stream.read(gathered, 0, gathered.length));
        if (end == 0) {
          return -1;
        }
      }
      count = Math.min(length, end - next);
      System.arraycopy(gathered, next, into, offset, count);
      next += count;
    }
    position += Math.max(0, count);
    return count;
  }

  /// The content of one file.
  private final class Content extends InputStream {
    private long left;

    Content(long size) {
      this.left = size;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      Objects.checkFromIndexSize(offset, length, into.length);
      if (left == 0) {
        return -1;
      }
      int count = TarInput.this.read(into, offset, (int) Math.min(length, left));
      if (count < 0) {
        throw FormatException.damaged(
            TarHeader.FORMAT, position, left + " bytes of content are missing (truncated?)");
      }
      left -= count;
      return count;
    }
  }
}
