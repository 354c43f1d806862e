package io.microvisor.store;

import io.microvisor.bytes.ContentSink;
import io.microvisor.bytes.Digest;
import io.microvisor.bytes.Zeros;
import io.microvisor.bytes.files.OwnerOnly;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.TreeCodec;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/// A pack in the making: contents are added as they come, the tree follows when it is known, and [#commit] makes the
/// whole visible. Closing without a commit discards it. For one thread at a time.
public final class PackWriter implements ContentSink, Closeable {
  private static final int BUFFER_SIZE = 1 << 17;
  private static final int SMALLEST_HOLE = 1 << 12;

  private final DigestDirectory digests;
  private final Digest key;
  private final Path file;
  private final FileChannel channel;
  private final byte[] buffer = new byte[BUFFER_SIZE];
  private final PendingWrites pending;
  private final SequencedMap<Digest, PackIndex.Span> contents = new LinkedHashMap<>();
  private long size;

  /// Up to where something was written; a content that was known already is written over.
  private long written;

  private boolean ended;

  PackWriter(DigestDirectory digests, Digest key) throws IOException {
    this.digests = digests;
    this.key = key;
    this.file = digests.newFile();
    this.channel = OwnerOnly.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    this.pending = new PendingWrites(file, channel);
  }

  @Override
  public Digest add(InputStream content, long announced) throws IOException {
    checkOpen();
    MessageDigest hasher = Digest.hasher();
    long start = size;
    for (int read; (read = content.read(buffer)) >= 0; ) {
      hasher.update(buffer, 0, read);
      write(ByteBuffer.wrap(buffer, 0, read));
      size += read;
    }
    if (size - start != announced) {
      throw new IOException(
          "content: " + (size - start) + " bytes (expected: " + announced + " as announced)");
    }
    Digest digest = Digest.of(hasher.digest());
    if (contents.putIfAbsent(digest, new PackIndex.Span(start, announced)) != null) {
      size = start; // Known already: the next content overwrites it.
    }
    return digest;
  }

  /// Leaves zeros out where nothing was written yet: a hole in the file takes no room.
  private void write(ByteBuffer bytes) throws IOException {
    if (size < written || bytes.remaining() < SMALLEST_HOLE || !Zeros.only(bytes)) {
      written = Math.max(written, size + bytes.remaining());
      pending.write(PackIndex.HEADER_SIZE + size, bytes);
    }
  }

  /// Makes the pack visible, in place of the one that may be there.
  ///
  /// @param tree whose regular files' contents were all added before
  /// @param note what to remember with the pack, at most 2^30 bytes together with the tree
  /// @throws IllegalArgumentException if a content of the tree is missing
  public Pack commit(FileTree tree, byte[] note) throws IOException {
    checkOpen();
    tree.entries()
        .filter(e -> e.inode() instanceof Inode.RegularFile f && !contents.containsKey(f.content()))
        .findFirst()
        .ifPresent(e -> {
          throw new IllegalArgumentException(
              "pack: the content of " + e.path().absolute() + " (expected: added before)");
        });
    ByteArrayOutputStream treeBytes = new ByteArrayOutputStream();
    TreeCodec.write(tree, treeBytes);
    PackIndex index = new PackIndex(key, contents, size, treeBytes.toByteArray(), note.clone());
    long at = PackIndex.HEADER_SIZE + size;
    for (byte[] part : new byte[][] {index.index(), index.tree(), index.note()}) {
      pending.write(at, ByteBuffer.wrap(part));
      at += part.length;
    }
    pending.flush();
    channel.truncate(at);
    pending.write(0, ByteBuffer.wrap(index.header()));
    pending.flush();
    channel.close();
    Path published = digests.publish(file, key);
    ended = true;
    return Pack.ofFresh(PackFile.open(published), key);
  }

  private void checkOpen() {
    if (ended) {
      throw new IllegalStateException("pack: used after its end");
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
