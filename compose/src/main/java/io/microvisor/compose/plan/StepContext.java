package io.microvisor.compose.plan;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.ContentSource;
import io.microvisor.bytes.Digest;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.store.Actions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/// What a running step may use: its declared inputs, the store, and a place to say how far it is.
public interface StepContext {
  /// The identity-carrying artifact behind the input called `name`.
  Artifact artifact(String name);

  /// The tree behind the input called `name`.
  FileTree tree(String name) throws IOException;

  /// The bytes behind the input called `name`.
  ByteSource blob(String name) throws IOException;

  /// The text behind the input called `name`.
  String text(String name);

  /// The contents of all files of all trees of this build.
  ContentSource contents() throws IOException;

  /// Puts a tree into the store; its files' contents must be there already.
  Artifact.Tree keep(FileTree tree) throws IOException;

  /// Moves a finished file, made below [#scratch], into the store.
  Artifact.Blob keep(Path file) throws IOException;

  /// Puts bytes into the store.
  Artifact.Blob keep(byte[] bytes) throws IOException;

  /// Puts the content of a file of some tree into the store.
  default void keepContent(byte[] bytes) throws IOException {
    keepContent(Digest.sha256(bytes), ByteSource.of(bytes));
  }

  /// Puts the content of a file of some tree into the store, in pieces, unless it is there.
  ///
  /// @throws io.microvisor.store.OtherDigestException if the bytes have another digest
  void keepContent(Digest digest, ByteSource content) throws IOException;

  /// Small results that a step keeps to be faster next time. What it finds there must not change what it makes.
  Actions memory();

  /// A file that an earlier build kept, if it is still there. Like [#memory], it must not change what the step makes.
  ///
  /// @throws IOException if it is damaged by now
  Optional<Path> kept(Digest digest) throws IOException;

  /// An empty folder for this step alone, on the store's file system, removed when the store is closed.
  Path scratch() throws IOException;

  /// Says how far the step is.
  void advanced(long done, long total, BuildEvent.Unit unit);

  /// Offers a draft of an output, so that the steps after this one can prepare themselves while it runs.
  void draft(String output, FileTree tree);

  /// The file of a digest that some input names.
  ///
  /// @throws io.microvisor.store.DamagedException if it is not in the store
  ByteSource file(Digest digest) throws IOException;

  /// Says what whoever builds should know, though the build goes on.
  void warn(String what);

  /// Says a line.
  void note(String line);
}
