package io.microvisor.store;

import io.microvisor.bytes.Digest;
import io.microvisor.bytes.Zeros;
import io.microvisor.bytes.files.FullDiskException;
import io.microvisor.bytes.files.OwnerOnly;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.Optional;

/// A content on its way to a [DigestDirectory]: a temporary file and the hash of what went into it.
final class DiskIngest implements Ingest {
  private final DigestDirectory digests;
  private final Path file;
  private final FileChannel channel;
  private final MessageDigest hasher = Digest.hasher();
  private long position;
  private boolean ended;

  DiskIngest(DigestDirectory digests) throws IOException {
    this.digests = digests;
    this.file = digests.newFile();
    this.channel = OwnerOnly.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
  }

  @Override
  public long position() {
    return position;
  }

  @Override
  public void write(ByteBuffer from) throws IOException {
    checkOpen();
    hasher.update(from.duplicate());
    if (Zeros.only(from)) { // A hole in the file takes no room.
      position += from.remaining();
      from.position(from.limit());
    }
    try {
      while (from.hasRemaining()) {
        position += channel.write(from, position);
      }
    } catch (IOException e) {
      throw FullDiskException.named(file.resolveSibling(""), e);
    }
  }

  @Override
  public Digest commit() throws IOException {
    checkOpen();
    Digest digest = Digest.of(hasher.digest());
    publish(digest);
    return digest;
  }

  @Override
  public void commitAs(Digest expected) throws IOException {
    checkOpen();
    Digest digest = Digest.of(hasher.digest());
    if (!digest.equals(expected)) {
      close();
      throw new OtherDigestException(digest, expected);
    }
    publish(digest);
  }

  private void publish(Digest digest) throws IOException {
    Optional<Path> there = digests.find(digest);
    if (there.isPresent() && Files.size(there.get()) == position) {
      close();
      return;
    }
    if (channel.size() < position) { // It ends with a hole.
      try {
        channel.write(ByteBuffer.allocate(1), position - 1);
      } catch (IOException e) {
        throw FullDiskException.named(file.resolveSibling(""), e);
      }
    }
    channel.close();
    digests.publish(file, digest);
    digests.sound().add(digest);
    ended = true;
  }

  private void checkOpen() {
    if (ended) {
      throw new IllegalStateException("ingest: used after its end");
    }
  }

  @Override
  public void close() throws IOException {
    if (!ended) {
      ended = true;
      channel.close();
      Files.deleteIfExists(file);
    }
  }
}
