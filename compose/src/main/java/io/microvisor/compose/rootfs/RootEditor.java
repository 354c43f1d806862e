package io.microvisor.compose.rootfs;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.ContentSource;
import io.microvisor.bytes.Digest;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.InodeId;
import io.microvisor.formats.tree.Meta;
import io.microvisor.formats.tree.TreePath;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/// Edits a tree as a program edits the root it runs in: paths go through the merged `/usr`'s links, parents are made as
/// needed, and new contents are remembered until the caller stores them.
public final class RootEditor {
  private static final int LARGEST_TEXT = 16 << 20;

  private final ContentSource contents;
  private final long epoch;
  private final Map<Digest, ByteSource> added = new HashMap<>();
  private FileTree.Builder builder;
  private FileTree snapshot;
  private boolean changed;

  /// An editor of `tree`, whose files' contents are found in `contents`.
  ///
  /// @param epoch the time of everything it makes, in seconds since 1970
  public RootEditor(FileTree tree, ContentSource contents, long epoch) {
    this.contents = contents;
    this.epoch = epoch;
    this.snapshot = tree;
    this.builder = tree.toBuilder();
  }

  /// The tree as it is now.
  public FileTree tree() {
    if (changed) {
      snapshot = builder.build();
      changed = false;
    }
    return snapshot;
  }

  /// Whether there is nothing below `path`.
  public boolean isEmpty(String path) {
    return builder.below(real(path)).size() <= 1;
  }

  /// What is at `path` and below it, in order of path.
  List<FileTree.Entry> below(String path) {
    return builder.below(real(path));
  }

  /// What is directly in the folder at `path`, in order of name.
  List<FileTree.Entry> children(String path) {
    TreePath folder = real(path);
    return builder.below(folder).stream()
        .filter(entry -> !entry.path().isRoot() && entry.path().parent().equals(folder))
        .filter(entry -> !entry.path().equals(folder))
        .toList();
  }

  /// The contents that were written, by digest; those of large files stay where they are until somebody reads them.
  public Map<Digest, ByteSource> added() {
    return Map.copyOf(added);
  }

  /// The contents of the tree's files; those written here first, so that nobody looks for them in packages.
  ContentSource contents() {
    ContentSource own = digest -> Optional.ofNullable(added.get(digest));
    return own.or(contents);
  }

  /// Where `path` leads when its parents' links are followed; its own last name is not. Parents that are not there are
  /// where they would be made.
  public TreePath real(String path) {
    return at(wayTo(path));
  }

  /// The way to `path`, which may not be open; its last name's link is not followed.
  PathResolution wayTo(String path) {
    return PathResolution.to(TreePath.of(path), builder::find);
  }

  /// The way to what `path` leads to, which may not be open; all links are followed.
  PathResolution wayThrough(String path) {
    return PathResolution.through(TreePath.of(path), builder::find);
  }

  private static TreePath at(PathResolution way) {
    return switch (way) {
      case PathResolution.Open(TreePath at) -> at;
      case PathResolution.Blocked(TreePath at, TreePath _) -> at;
      case PathResolution.Circle(TreePath link) ->
          throw new IllegalStateException(
              "links at " + link.absolute() + " lead in a circle (expected: checked before)");
    };
  }

  /// What is at `path`; its last name's link is not followed.
  public Optional<Inode> find(String path) {
    return builder.find(real(path));
  }

  /// What `path` leads to when all its links are followed.
  Optional<Inode> resolve(String path) {
    return switch (wayThrough(path)) {
      case PathResolution.Open(TreePath at) -> builder.find(at);
      case PathResolution.Blocked _, PathResolution.Circle _ -> Optional.empty();
    };
  }

  /// Whether there is anything at `path`.
  public boolean exists(String path) {
    return find(path).isPresent();
  }

  /// The text of a regular file, following links; empty if there is none.
  ///
  /// @throws IOException if it is longer than 16 MiB
  public Optional<String> text(String path) throws IOException {
    if (builder.find(at(wayThrough(path))).orElse(null) instanceof Inode.RegularFile file) {
      byte[] bytes = contents().open(file.content()).readAll(LARGEST_TEXT);
      return Optional.of(new String(bytes, StandardCharsets.UTF_8));
    }
    return Optional.empty();
  }

  /// Writes a text file owned by root, in place of what was there.
  public RootEditor write(String path, int mode, String text) {
    return write(path, meta(mode), text.getBytes(StandardCharsets.UTF_8));
  }

  /// Writes a file, in place of what was there.
  public RootEditor write(String path, Meta meta, byte[] bytes) {
    Digest digest = Digest.sha256(bytes);
    return write(path, meta, digest, ByteSource.of(bytes.clone()));
  }

  /// Writes a file whose contents are read when they are needed, in place of what was there.
  ///
  /// @param digest of the contents; whoever stores them checks it
  public RootEditor write(String path, Meta meta, Digest digest, ByteSource contents) {
    added.put(digest, contents);
    return put(path, new Inode.RegularFile(meta, digest, contents.size()));
  }

  /// Changes a text file's contents and keeps its mode and owner; a missing file is made with mode 0644.
  public RootEditor rewrite(String path, String text) {
    TreePath target = at(wayThrough(path));
    Meta meta = builder.find(target).map(Inode::meta).orElse(meta(0644)).withMtime(epoch);
    return write(target.toString(), meta, text.getBytes(StandardCharsets.UTF_8));
  }

  /// Makes a symbolic link, in place of what was there.
  public RootEditor symlink(String path, String target) {
    return put(path, new Inode.Symlink(meta(0777), target));
  }

  /// Makes a directory with these attributes, or gives them to the one that is there.
  public RootEditor directory(String path, Meta meta) {
    return put(path, new Inode.Directory(meta));
  }

  /// Makes the directories that are missing on the way to `path`, as far as they lie below `top`, which is not the root.
  void parents(String path, String top, Meta meta) {
    TreePath limit = at(wayThrough(top));
    Deque<TreePath> missing = new ArrayDeque<>();
    TreePath at = real(path).parent();
    while (!limit.isRoot()
        && at.startsWith(limit)
        && !at.equals(limit)
        && builder.find(at).isEmpty()) {
      missing.push(at);
      at = at.parent();
    }
    missing.forEach(each -> directory(each.toString(), meta));
  }

  /// Copies all that is below the directory `from` to the directory `to`.
  ///
  /// @param change what becomes of each inode
  void copyBelow(String from, String to, UnaryOperator<Inode> change) {
    TreePath source = real(from);
    TreePath target = real(to);
    Map<InodeId, TreePath> first = new HashMap<>();
    for (FileTree.Entry entry : builder.below(source)) {
      if (entry.path().equals(source)) {
        continue;
      }
      TreePath path = entry.path().moved(source, target);
      TreePath linked = first.putIfAbsent(entry.id(), path);
      if (linked == null) {
        builder.put(path, change.apply(entry.inode()));
      } else {
        builder.link(path, linked);
      }
    }
    changed = true;
  }

  private Meta meta(int mode) {
    return Meta.of(mode).withMtime(epoch);
  }

  /// Puts an inode at `path`, in place of what was there.
  public RootEditor put(String path, Inode inode) {
    TreePath real = real(path);
    builder.mkdirs(real.parent());
    builder.put(real, inode);
    changed = true;
    return this;
  }

  /// Replaces every inode by what `change` says of it; hard links stay.
  public RootEditor replaceEach(UnaryOperator<Inode> change) {
    builder.replaceInodes(change);
    changed = true;
    return this;
  }

  /// Removes what is at `path`, and all below it; nothing there is no error.
  public RootEditor remove(String path) {
    builder.remove(real(path));
    changed = true;
    return this;
  }

  /// Removes all that is in the directory at `path` and keeps the directory.
  public RootEditor clear(String path) {
    builder.clear(real(path));
    changed = true;
    return this;
  }

  /// Removes every path below `directory` for which `unwanted` holds, directories only when nothing is left in them.
  public RootEditor removeBelow(String directory, Predicate<FileTree.Entry> unwanted) {
    TreePath real = real(directory);
    Set<TreePath> needed = new HashSet<>();
    for (FileTree.Entry entry : builder.below(real).reversed()) {
      boolean removable =
          !entry.path().equals(real) && !needed.contains(entry.path()) && unwanted.test(entry);
      if (removable) {
        builder.remove(entry.path());
      } else {
        needed.add(entry.path().parent());
      }
    }
    changed = true;
    return this;
  }

  /// Moves `from` with all below it to `to`, in place of what was there; nothing at `from` changes nothing.
  public RootEditor move(String from, String to) {
    TreePath source = real(from);
    List<FileTree.Entry> moved = builder.below(source);
    if (moved.isEmpty()) {
      return this;
    }
    TreePath target = real(to);
    builder.mkdirs(target.parent()).remove(target);
    Map<InodeId, TreePath> first = new HashMap<>();
    for (FileTree.Entry entry : moved) {
      TreePath path = entry.path().moved(source, target);
      TreePath linked = first.putIfAbsent(entry.id(), path);
      if (linked == null) {
        builder.put(path, entry.inode());
      } else {
        builder.link(path, linked);
      }
    }
    builder.remove(source);
    changed = true;
    return this;
  }
}
