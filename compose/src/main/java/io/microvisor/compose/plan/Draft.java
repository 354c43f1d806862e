package io.microvisor.compose.plan;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.ContentSource;
import io.microvisor.bytes.Digest;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.store.Actions;
import java.util.Map;
import java.util.Optional;

/// What a step may prepare itself from, see [Step#prepare]: trees that an unfinished step before it offered, which will share
/// most of their files with what that step makes in the end.
public interface Draft {
  /// A draft of the tree behind the input called `name`; empty if nobody offered one.
  Optional<FileTree> tree(String name);

  /// The contents of all files of all drafts.
  ContentSource contents();

  /// Where to put what [Step#run] will look for.
  Actions memory();

  /// Offers a draft of an own output to the steps after this one.
  ///
  /// @param added contents of its files that are in no draft before it
  void offer(String output, FileTree tree, Map<Digest, ByteSource> added);

  /// Whether there is time left. To be asked now and then; once it is false, it remains so.
  boolean isWanted();
}
