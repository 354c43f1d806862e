package io.microvisor.packages.repository;

import io.microvisor.bytes.Digest;
import io.microvisor.bytes.FormatException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/// A stream that another thread reads ahead, so that an index is inflated and hashed while it is being understood. Its
/// end is reached only if size and digest of the whole are right.
final class ReadAhead extends InputStream {
  private static final int BLOCK = 1 << 18;
  private static final int BLOCKS = 8;

  /// What the other thread has to say.
  private sealed interface Message {
    @SuppressWarnings("ArrayRecordComponent") // A carrier, never compared.
    record Block(byte[] bytes) implements Message {}

    record End() implements Message {}

    record Failed(Throwable reason) implements Message {}
  }

  private final BlockingQueue<Message> queue = new ArrayBlockingQueue<>(BLOCKS);
  private final Thread thread;
  private byte[] block = new byte[0];
  private int at;
  private boolean ended;
  // What was said last, which holds for good once it is not a block.
  private Message last = new Message.Block(block);

  private ReadAhead(InputStream source, IndexFile expected) {
    // A platform thread: inflating keeps a core busy.
    this.thread = Thread.ofPlatform().daemon().unstarted(() -> run(source, expected));
  }

  /// Begins to read `source`, which stays the caller's and must stay open until this is closed.
  static ReadAhead of(InputStream source, IndexFile expected) {
    ReadAhead stream = new ReadAhead(source, expected);
    stream.thread.start();
    return stream;
  }

  private void run(InputStream source, IndexFile expected) {
    try {
      put(readAll(source, expected));
    } catch (InterruptedException _) {
      // Closed: nobody listens.
    } catch (IOException | RuntimeException | Error e) {
      try {
        put(new Message.Failed(e));
      } catch (InterruptedException _) {
        // Closed, too.
      }
    }
  }

  private void put(Message message) throws InterruptedException {
    queue.put(message);
  }

  private Message readAll(InputStream source, IndexFile expected)
      throws IOException, InterruptedException {
    MessageDigest hasher = Digest.hasher();
    long total = 0;
    while (true) {
      byte[] buffer = new byte[BLOCK];
      int read = source.readNBytes(buffer, 0, BLOCK);
      hasher.update(buffer, 0, read);
      total += read;
      if (total > expected.size()) {
        throw FormatException.damaged(
            "package index",
            expected.size(),
            "there is more (expected: " + expected.size() + " bytes in all)");
      }
      if (read > 0) {
        put(new Message.Block(read == BLOCK ? buffer : Arrays.copyOf(buffer, read)));
      }
      if (read < BLOCK) {
        check(expected, total, Digest.of(hasher.digest()));
        return new Message.End();
      }
    }
  }

  private static void check(IndexFile expected, long total, Digest found) throws FormatException {
    if (total != expected.size() || !found.equals(expected.digest())) {
      throw FormatException.damaged(
          "package index",
          0,
          "%s is %d bytes, %s (expected: %d bytes, %s)"
              .formatted(expected.path(), total, found, expected.size(), expected.digest()));
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
    if (length == 0) {
      return 0;
    }
    while (at == block.length && !ended) {
      next();
    }
    if (ended) {
      return -1;
    }
    int count = Math.min(length, block.length - at);
    System.arraycopy(block, at, into, offset, count);
    at += count;
    return count;
  }

  private void next() throws IOException {
    if (last instanceof Message.Block) {
      try {
        last = queue.take();
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("reading an index");
      }
    }
    switch (last) {
      case Message.Block(byte[] bytes) -> {
        block = bytes;
        at = 0;
      }
      case Message.End _ -> ended = true;
      case Message.Failed(IOException io) -> throw io;
      case Message.Failed(Throwable bug) -> throw new IllegalStateException(bug);
    }
  }

  /// Reads to the end, for what is wrong on the way.
  void skipAll() throws IOException {
    while (!ended) {
      next();
    }
  }

  @Override
  public void close() throws IOException {
    thread.interrupt();
    try {
      thread.join();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("reading an index");
    }
  }
}
