package io.microvisor.store;

import io.microvisor.bytes.Digest;
import io.microvisor.bytes.files.FullDiskException;
import io.microvisor.bytes.files.InterProcessLock;
import io.microvisor.bytes.files.OwnerOnly;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A download that is not finished; one owner at a time has it, across threads and processes. Closing it keeps the bytes
/// for the next attempt.
///
/// Bytes are hashed as they are written, once; what an earlier attempt left is read back only if it is continued.
public final class Partial implements Closeable {
  private static final int BUFFER = 1 << 16;
  private static final String LOCK = ".lock";

  private final Path path;
  private final InterProcessLock lock;
  private final Digest expected;
  private final DigestDirectory digests;
  private MessageDigest hasher = Digest.hasher();
  private long hashed;
  private @Nullable FileChannel file;
  private boolean closed;

  private Partial(Path path, InterProcessLock lock, Digest expected, DigestDirectory digests) {
    this.path = path;
    this.lock = lock;
    this.expected = expected;
    this.digests = digests;
  }

  /// Whether a file only guards a download.
  static boolean isLock(Path file) {
    return file.toString().endsWith(LOCK);
  }

  static Partial open(Path directory, Digest expected, DigestDirectory digests) throws IOException {
    Path path = directory.toRealPath().resolve(expected.hex());
    Path lockFile = path.resolveSibling(expected.hex() + LOCK);
    return new Partial(
        path,
        InterProcessLock.acquire(lockFile, InterProcessLock.Mode.EXCLUSIVE),
        expected,
        digests);
  }

  /// How many bytes are there already.
  public long size() throws IOException {
    FileChannel open = file;
    return open != null ? open.size() : Files.isRegularFile(path) ? Files.size(path) : 0;
  }

  /// Forgets all but the first `size` bytes.
  ///
  /// @throws IllegalArgumentException if there are fewer
  public void keep(long size) throws IOException {
    if (size < 0 || size > size()) {
      throw new IllegalArgumentException(
          "download: keep " + size + " bytes (expected: 0 to " + size() + ")");
    }
    if (size < size()) {
      file().truncate(size);
    }
    if (size < hashed) {
      hasher = Digest.hasher();
      hashed = 0;
    }
  }

  /// Writes the buffer's remaining bytes behind those that are there.
  public void write(ByteBuffer bytes) throws IOException {
    FileChannel to = file();
    catchUp();
    hasher.update(bytes.duplicate());
    try {
      while (bytes.hasRemaining()) {
        hashed += to.write(bytes, hashed);
      }
    } catch (IOException e) {
      throw FullDiskException.named(path.resolveSibling(""), e);
    }
  }

  /// The digest of the bytes that are there.
  public Digest digest() throws IOException {
    catchUp();
    try {
      return Digest.of(((MessageDigest) hasher.clone()).digest());
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException("SHA-256 cannot be cloned", e);
    }
  }

  /// Makes the finished file visible in the store, unless another process was faster.
  ///
  /// @return where it is now
  /// @throws IOException if its digest is another than expected, with both in the message; the bytes are discarded then
  public Path commit() throws IOException {
    if (closed) {
      throw new IllegalStateException("download: used after its end");
    }
    Optional<Path> there = Files.exists(path) ? Optional.empty() : digests.find(expected);
    if (there.isPresent()) {
      return there.get();
    }
    Digest found = digest();
    if (!found.equals(expected)) {
      keep(0);
      throw new OtherDigestException(found, expected);
    }
    file(); // An empty file has not been written to.
    closeFile();
    Path published = digests.publish(path, expected);
    digests.sound().add(expected);
    return digests.find(expected).orElse(published); // Used now, however long ago it was begun.
  }

  /// Hashes what is there and was not written by us.
  private void catchUp() throws IOException {
    long size = size();
    if (hashed == size) {
      return;
    }
    FileChannel from = file();
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
    while (hashed < size) {
      buffer.clear().limit((int) Math.min(BUFFER, size - hashed));
      int read = from.read(buffer, hashed);
      if (read < 0) {
        throw new IOException("unfinished download " + path + ": it shrank while it was read");
      }
      hasher.update(buffer.flip());
      hashed += read;
    }
  }

  private FileChannel file() throws IOException {
    if (closed) {
      throw new IllegalStateException("download: used after its end");
    }
    FileChannel open = file;
    if (open == null) {
      open =
          OwnerOnly.open(
              path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      file = open;
    }
    return open;
  }

  private void closeFile() throws IOException {
    FileChannel open = file;
    if (open != null) {
      open.close();
      file = null;
    }
  }

  /// Lets the next one go on; what was downloaded and not committed stays.
  @Override
  public void close() throws IOException {
    if (!closed) {
      try {
        boolean nothing = size() == 0;
        closeFile();
        if (nothing) {
          Files.deleteIfExists(path);
        }
      } finally {
        closed = true;
        lock.close();
      }
    }
  }
}
