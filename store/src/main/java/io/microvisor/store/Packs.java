package io.microvisor.store;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.ContentSource;
import io.microvisor.bytes.Digest;
import io.microvisor.bytes.FormatException;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/// File trees with all their contents, one file each, by the digest of what determines them.
public final class Packs {
  private final DigestDirectory digests;

  Packs(DigestDirectory digests) {
    this.digests = digests;
  }

  /// The pack last written under `key`.
  ///
  /// @throws FormatException if it is damaged; writing it again heals it
  public Optional<Pack> find(Digest key) throws IOException {
    Optional<Path> path = digests.find(key);
    if (path.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(Pack.read(PackFile.open(path.get()), key));
    } catch (NoSuchFileException _) {
      return Optional.empty();
    }
  }

  /// The contents of the pack last written under `key`, which takes less than [#find].
  ///
  /// @throws FormatException if it is damaged; writing it again heals it
  public Optional<ContentSource> contents(Digest key) throws IOException {
    Optional<Path> path = digests.find(key);
    if (path.isEmpty()) {
      return Optional.empty();
    }
    try {
      PackFile file = PackFile.open(path.get());
      return Optional.of(new PackContents(PackIndex.read(file, key), file));
    } catch (NoSuchFileException _) {
      return Optional.empty();
    }
  }

  /// Writes a tree with the contents of its files under `key`, in place of the one that may be there.
  ///
  /// @throws IOException if `contents` lacks one, or one has other bytes than its digest says
  public Pack write(Digest key, FileTree tree, ContentSource contents) throws IOException {
    Set<Digest> added = new HashSet<>();
    try (PackWriter writer = begin(key)) {
      for (FileTree.Entry entry : (Iterable<FileTree.Entry>) tree.entries()::iterator) {
        if (entry.inode() instanceof Inode.RegularFile file && added.add(file.content())) {
          copy(contents.open(file.content()), file.content(), writer);
        }
      }
      return writer.commit(tree, new byte[0]);
    }
  }

  private static void copy(ByteSource content, Digest expected, PackWriter writer)
      throws IOException {
    try (InputStream stream = content.stream()) {
      Digest found = writer.add(stream, content.size());
      if (!found.equals(expected)) {
        throw new OtherDigestException(found, expected);
      }
    }
  }

  /// Begins a pack whose contents come before its tree is known.
  public PackWriter begin(Digest key) throws IOException {
    return new PackWriter(digests, key);
  }

  /// Removes those packs found since the store was opened that are damaged.
  int removeDamaged() throws IOException {
    return digests.removeDamaged((file, key) -> {
      try {
        Pack.read(PackFile.open(file), key).verify();
        return true;
      } catch (FormatException _) {
        return false;
      }
    });
  }

  /// Removes a pack; one that is not there changes nothing, and one in use stays readable to its user.
  public void remove(Digest key) throws IOException {
    Files.deleteIfExists(digests.path(key));
  }
}
