package io.microvisor.compose.plan;

import io.microvisor.bytes.ContentSource;
import io.microvisor.bytes.Digest;
import io.microvisor.formats.tree.FileTree;
import java.io.IOException;
import java.lang.ref.SoftReference;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// The trees that steps of this run made or read, for the steps that read them next; forgotten when memory is short.
final class KnownTrees {
  private final ContentSource kept;
  private final Map<Digest, SoftReference<FileTree>> known = new ConcurrentHashMap<>();

  /// @param kept where all trees are kept
  KnownTrees(ContentSource kept) {
    this.kept = kept;
  }

  FileTree read(Artifact.Tree artifact) throws IOException {
    Optional<FileTree> remembered =
        Optional.ofNullable(known.get(artifact.identity())).map(SoftReference::get);
    if (remembered.isPresent()) {
      return remembered.get();
    }
    FileTree tree = artifact.read(kept);
    remember(artifact, tree);
    return tree;
  }

  void remember(Artifact.Tree artifact, FileTree tree) {
    known.put(artifact.identity(), new SoftReference<>(tree));
  }
}
