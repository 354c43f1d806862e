package io.microvisor.store;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.Digest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// A [ContentStore] in memory.
final class MemoryContents implements ContentStore {
  private final Map<Digest, ByteSource> contents = new ConcurrentHashMap<>();

  @Override
  public Optional<ByteSource> find(Digest digest) {
    return Optional.ofNullable(contents.get(digest));
  }

  @Override
  public Ingest ingest() {
    return new MemoryIngest();
  }

  private final class MemoryIngest implements Ingest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private boolean ended;

    @Override
    public long position() {
      return bytes.size();
    }

    @Override
    public void write(ByteBuffer from) {
      checkOpen();
      byte[] piece = new byte[from.remaining()];
      from.get(piece);
      bytes.writeBytes(piece);
    }

    @Override
    public Digest commit() {
      checkOpen();
      ended = true;
      byte[] content = bytes.toByteArray();
      Digest digest = Digest.sha256(content);
      contents.putIfAbsent(digest, ByteSource.of(content));
      return digest;
    }

    @Override
    public void commitAs(Digest expected) throws IOException {
      checkOpen();
      ended = true;
      byte[] content = bytes.toByteArray();
      Digest digest = Digest.sha256(content);
      if (!digest.equals(expected)) {
        throw new OtherDigestException(digest, expected);
      }
      contents.putIfAbsent(digest, ByteSource.of(content));
    }

    @Override
    public void close() {
      ended = true;
    }

    private void checkOpen() {
      if (ended) {
        throw new IllegalStateException("ingest: used after its end");
      }
    }
  }
}
