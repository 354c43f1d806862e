package io.microvisor.store;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.ContentSource;
import io.microvisor.bytes.Digest;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// The contents of an open pack, each looked at before its first byte is handed out.
///
/// @param sound those that were looked at
record PackContents(PackIndex index, ByteSource file, Set<Digest> sound) implements ContentSource {
  PackContents(PackIndex index, ByteSource file) {
    this(index, file, ConcurrentHashMap.newKeySet());
  }

  @Override
  public Optional<ByteSource> find(Digest digest) {
    return Optional.ofNullable(index.contents().get(digest))
        .map(e -> {
          ByteSource content = file.slice(PackIndex.HEADER_SIZE + e.position(), e.size());
          return sound.contains(digest) ? content : new CheckedSource(content, digest, sound);
        });
  }
}
