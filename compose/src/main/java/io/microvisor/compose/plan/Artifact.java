package io.microvisor.compose.plan;

import io.microvisor.bytes.ContentSource;
import io.microvisor.bytes.Digest;
import io.microvisor.bytes.FormatException;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.TreeCodec;
import io.microvisor.store.DamagedException;
import java.io.ByteArrayInputStream;
import java.io.IOException;

/// What a step makes: named by digest, kept in the store.
public sealed interface Artifact {
  /// What this artifact contributes to the cache key of the steps that take it.
  Digest identity();

  /// A file tree, whose canonical byte form is kept in the store.
  ///
  /// @param identity the tree's digest
  record Tree(Digest identity) implements Artifact {
    /// Reads it from where it is kept.
    ///
    /// @throws DamagedException if it is not there as it was put there
    public FileTree read(ContentSource kept) throws IOException {
      String subject = "tree " + identity;
      byte[] bytes =
          kept.find(identity)
              .orElseThrow(() -> DamagedException.missing(subject))
              .readAll(Integer.MAX_VALUE);
      try {
        return TreeCodec.read(new ByteArrayInputStream(bytes));
      } catch (FormatException e) {
        throw DamagedException.of(subject, e);
      }
    }
  }

  /// A file in the store.
  ///
  /// @param identity the SHA-256 of its bytes
  /// @param size their number
  record Blob(Digest identity, long size) implements Artifact {}

  /// A short text, such as a root hash.
  record Text(String value) implements Artifact {
    @Override
    public Digest identity() {
      return Digest.sha256(value);
    }
  }
}
