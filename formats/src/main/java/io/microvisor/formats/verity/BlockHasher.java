package io.microvisor.formats.verity;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.Digest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.DigestException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

/// Hashes blocks of 4096 bytes with a salt before each, on all cores: the one computation that a tree is made of.
final class BlockHasher {
  private static final int BLOCK = VeritySuperblock.BLOCK_SIZE;

  /// Large enough that reading costs little, small enough to stay in a core's cache.
  private static final int CHUNK_BLOCKS = 64;

  private BlockHasher() {}

  /// The hashes of all blocks of `source`, one behind the other. What it uses besides the result is 256 KiB a core.
  ///
  /// @param source whole blocks, at most [VeritySuperblock#MOST_DATA_BLOCKS]
  static byte[] hash(ByteSource source, Salt salt) throws IOException, InterruptedException {
    long blocks = source.size() / BLOCK;
    byte[] hashes = new byte[Math.toIntExact(blocks * Digest.SIZE)];
    int chunks = Math.toIntExact(Math.ceilDiv(blocks, CHUNK_BLOCKS));
    int workers = Math.clamp(chunks, 1, Runtime.getRuntime().availableProcessors());
    AtomicLong next = new AtomicLong();
    Callable<Void> work =
        () -> {
          hashChunks(source, salt.bytes(), next, hashes);
          return null;
        };
    if (workers == 1) {
      hashChunks(source, salt.bytes(), next, hashes);
      return hashes;
    }
    List<Callable<Void>> works = new ArrayList<>();
    for (int i = 0; i < workers; i++) {
      works.add(work);
    }
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<Void> done : executor.invokeAll(works)) {
        done.get();
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException cause) {
        throw new IOException("verity: cannot read the " + source.size() + " bytes to hash", cause);
      }
      throw new IllegalStateException("hashing failed", e.getCause());
    }
    return hashes;
  }

  private static void hashChunks(ByteSource source, byte[] salt, AtomicLong next, byte[] hashes)
      throws IOException {
    MessageDigest sha256 = Digest.hasher();
    byte[] chunk = new byte[CHUNK_BLOCKS * BLOCK];
    long position;
    while ((position = next.getAndAdd(chunk.length)) < source.size()) {
      int count = (int) Math.min(chunk.length, source.size() - position);
      source.readFully(position, ByteBuffer.wrap(chunk, 0, count));
      int into = Math.toIntExact(position / BLOCK * Digest.SIZE);
      for (int at = 0; at < count; at += BLOCK, into += Digest.SIZE) {
        hashInto(sha256, salt, chunk, at, hashes, into);
      }
    }
  }

  private static void hashInto(
      MessageDigest sha256, byte[] salt, byte[] bytes, int at, byte[] hashes, int into) {
    sha256.update(salt);
    sha256.update(bytes, at, BLOCK);
    try {
      sha256.digest(hashes, into, Digest.SIZE);
    } catch (DigestException e) {
      throw new IllegalStateException("32 bytes are room for a SHA-256", e);
    }
  }
}
