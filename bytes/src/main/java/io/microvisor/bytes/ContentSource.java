package io.microvisor.bytes;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;

/// Contents by digest: how a file tree, which owns no bytes, finds those of its files.
@FunctionalInterface
public interface ContentSource {
  /// The bytes whose SHA-256 is `digest`, if this source has them.
  Optional<ByteSource> find(Digest digest);

  /// The bytes whose SHA-256 is `digest`.
  ///
  /// @throws IOException if this source does not have them
  default ByteSource open(Digest digest) throws IOException {
    return find(digest).orElseThrow(() -> new IOException("content " + digest + ": not in store"));
  }

  /// The bytes of a file, as many as its tree says.
  ///
  /// @param subject the file, as messages call it
  /// @throws IOException if this source does not have them, or has more or fewer
  default ByteSource open(Digest digest, long size, String subject) throws IOException {
    ByteSource content = open(digest);
    if (content.size() != size) {
      // A source that looks at digests knows whether it is the content that is wrong, or the tree.
      content.readFully(0, ByteBuffer.allocate(0));
      throw new IOException(
          "%s: content of %d bytes (expected: %d)".formatted(subject, content.size(), size));
    }
    return content;
  }

  /// This source, then `other` for what this one lacks.
  default ContentSource or(ContentSource other) {
    ContentSource first = this;
    return new ContentSource() {
      @Override
      public Optional<ByteSource> find(Digest digest) {
        return first.find(digest).or(() -> other.find(digest));
      }

      @Override
      public ByteSource open(Digest digest) throws IOException {
        Optional<ByteSource> found = first.find(digest);
        return found.isPresent() ? found.get() : other.open(digest);
      }
    };
  }

  /// A source of what the map holds now.
  static ContentSource of(Map<Digest, ByteSource> contents) {
    Map<Digest, ByteSource> copy = Map.copyOf(contents);
    return digest -> Optional.ofNullable(copy.get(digest));
  }
}
