package io.microvisor.formats.fat;

import io.microvisor.bytes.ByteSize;
import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.ContentSource;
import io.microvisor.bytes.Digest;
import io.microvisor.formats.MemoryDisk;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.Meta;
import io.microvisor.formats.tree.TreePath;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/// A tree with its contents, as it comes back from a FAT: modes 0755 and 0644, an even number of seconds.
final class FatFixture {
  static final ByteSize SIZE = ByteSize.ofMebibytes(40);

  /// 2025-11-22T08:26:40Z.
  static final long TIME = 1_763_800_000L;

  private final Map<Digest, ByteSource> contents = new HashMap<>();
  private final FileTree.Builder tree = FileTree.builder();

  FatFixture() {
    tree.put(TreePath.ROOT, directory());
  }

  FatFixture file(String path, byte[] content) {
    TreePath where = TreePath.of(path);
    makeAbove(where);
    Digest digest = Digest.sha256(content);
    contents.put(digest, ByteSource.of(content));
    tree.put(where, new Inode.RegularFile(Meta.of(0644).withMtime(TIME), digest, content.length));
    return this;
  }

  FatFixture file(String path, int size) {
    byte[] content = new byte[size];
    for (int i = 0; i < size; i++) {
      content[i] = (byte) (path.hashCode() + i * 13 + i / 256);
    }
    return file(path, content);
  }

  FatFixture files(String... paths) {
    for (String path : paths) {
      file(path, path.length());
    }
    return this;
  }

  FatFixture emptyDirectory(String path) {
    TreePath where = TreePath.of(path);
    makeAbove(where);
    tree.put(where, directory());
    return this;
  }

  private void makeAbove(TreePath path) {
    if (tree.find(path.parent()).isEmpty()) {
      emptyDirectory(path.parent().toString());
    }
  }

  private static Inode.Directory directory() {
    return new Inode.Directory(Meta.of(0755).withMtime(TIME));
  }

  FileTree.Builder builder() {
    return tree;
  }

  FileTree tree() {
    return tree.build();
  }

  ContentSource contents() {
    return ContentSource.of(contents);
  }

  FatSpec spec() {
    return new FatSpec("ESP", 0xcafe_f00dL, SIZE, tree());
  }

  MemoryDisk written() throws IOException {
    MemoryDisk volume = new MemoryDisk();
    FatWriter.write(spec(), contents(), volume);
    return volume;
  }
}
