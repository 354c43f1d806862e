package io.microvisor.store;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.ContentSource;
import io.microvisor.bytes.Digest;
import io.microvisor.bytes.FormatException;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.TreeCodec;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Map;

/// A file tree with the contents of its files, from one file of the store ([PackIndex] has the layout).
///
/// Tree and index were checked against their checksum when the pack was opened. Contents are read when asked for, from
/// one descriptor that stays open for as long as anything refers to them; each is checked before its first byte is handed
/// out, unless this process wrote it. [#verify] checks them all.
public final class Pack {
  private final FileTree tree;
  private final byte[] note;
  private final PackIndex index;
  private final ByteSource file;
  private final PackContents contents;

  private Pack(FileTree tree, byte[] note, PackIndex index, ByteSource file) {
    this.tree = tree;
    this.note = note;
    this.index = index;
    this.file = file;
    this.contents = new PackContents(index, file);
  }

  static Pack read(ByteSource file, Digest key) throws IOException {
    PackIndex index = PackIndex.read(file, key);
    FileTree tree = TreeCodec.read(new ByteArrayInputStream(index.tree()));
    return new Pack(tree, index.note(), index, file);
  }

  /// A pack whose contents were hashed as they were written, just now.
  static Pack ofFresh(ByteSource file, Digest key) throws IOException {
    Pack pack = read(file, key);
    pack.contents.sound().addAll(pack.index.contents().keySet());
    return pack;
  }

  /// The tree.
  public FileTree tree() {
    return tree;
  }

  /// What the writer of the pack wanted to remember with it; empty if nothing.
  public byte[] note() {
    return note.clone();
  }

  /// The contents of the tree's files; may hold others, too.
  public ContentSource contents() {
    return contents;
  }

  /// Reads all contents and compares their digests.
  ///
  /// @throws FormatException naming the first that does not match
  public void verify() throws IOException {
    for (Map.Entry<Digest, PackIndex.Span> entry : index.contents().entrySet()) {
      long position = PackIndex.HEADER_SIZE + entry.getValue().position();
      Digest found = Digest.sha256(file.slice(position, entry.getValue().size()));
      if (!found.equals(entry.getKey())) {
        throw FormatException.damaged(
            PackIndex.FORMAT,
            position,
            "a content's digest is " + found + " (expected: " + entry.getKey() + ")");
      }
    }
  }
}
