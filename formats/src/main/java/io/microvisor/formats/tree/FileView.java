package io.microvisor.formats.tree;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.ContentSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/// A file system as one looks around in it: a few paths of many, without knowing the digests of its contents, which
/// a [FileTree] has to know of all.
///
/// A view may read its image at every call, and is for one thread at a time.
public interface FileView {
  /// The most symbolic links that [#resolve] follows, as in Linux.
  int MOST_LINKS = 40;

  /// Something at a path.
  sealed interface Seen {
    /// Where.
    TreePath path();

    /// Mode, owners, time and attributes.
    Meta meta();

    /// A regular file.
    record File(TreePath path, Meta meta, ByteSource content) implements Seen {}

    /// Anything else; never an [Inode.RegularFile].
    record Other(TreePath path, Inode inode) implements Seen {
      @Override
      public Meta meta() {
        return inode.meta();
      }
    }

    /// Whether it is a directory.
    default boolean isDirectory() {
      return this instanceof Other(TreePath _, Inode.Directory _);
    }
  }

  /// What is at `path`; symbolic links are not followed.
  Optional<Seen> find(TreePath path) throws IOException;

  /// What lies directly in `directory`, in order of name; nothing if there is no such directory.
  List<Seen> list(TreePath directory) throws IOException;

  /// What `path` leads to when this is the root of a running system: symbolic links are followed, also in the last name,
  /// and absolute targets and `..` stay within.
  ///
  /// @param path names joined by `/`; `..` is allowed
  /// @return empty if there is nothing, or more than 40 links are met
  default Optional<Seen> resolve(String path) throws IOException {
    Deque<String> names = new ArrayDeque<>(List.of(path.split("/", -1)));
    TreePath at = TreePath.ROOT;
    int links = 0;
    while (!names.isEmpty()) {
      String name = names.pop();
      if (name.isEmpty() || name.equals(".")) {
        continue;
      }
      if (name.equals("..")) {
        at = at.parent();
        continue;
      }
      if (name.indexOf(0) >= 0 || name.getBytes(StandardCharsets.UTF_8).length > 255) {
        return Optional.empty(); // No path of a tree has such a name.
      }
      TreePath next = at.resolve(name);
      Optional<Seen> seen = find(next);
      if (seen.isEmpty()) {
        return Optional.empty();
      }
      if (seen.get() instanceof Seen.Other(TreePath _, Inode.Symlink link)) {
        if (++links > MOST_LINKS) {
          return Optional.empty();
        }
        at = link.target().startsWith("/") ? TreePath.ROOT : at;
        List.of(link.target().split("/", -1)).reversed().forEach(names::push);
      } else {
        at = next;
      }
    }
    return find(at);
  }

  /// A view of a tree with its contents.
  static FileView of(FileTree tree, ContentSource contents) {
    return new FileView() {
      @Override
      public Optional<Seen> find(TreePath path) throws IOException {
        Optional<Inode> inode = tree.find(path);
        return inode.isPresent() ? Optional.of(seen(path, inode.get())) : Optional.empty();
      }

      @Override
      public List<Seen> list(TreePath directory) throws IOException {
        List<Seen> all = new ArrayList<>();
        for (FileTree.Entry entry : tree.children(directory)) {
          all.add(seen(entry.path(), entry.inode()));
        }
        return all;
      }

      private Seen seen(TreePath path, Inode inode) throws IOException {
        return switch (inode) {
          case Inode.RegularFile file ->
              new Seen.File(path, file.meta(), contents.open(file.content()));
          case Inode.Directory _, Inode.Symlink _, Inode.Device _, Inode.Fifo _, Inode.Socket _ ->
              new Seen.Other(path, inode);
        };
      }
    };
  }
}
