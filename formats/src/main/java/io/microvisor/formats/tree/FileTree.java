package io.microvisor.formats.tree;

import io.microvisor.bytes.Digest;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/// An immutable file system tree: paths to inodes, in order of path. It owns no bytes; contents are digests.
///
/// Every path's parent is a directory of the tree, and the root always exists. Two trees are equal when their canonical
/// byte forms ([TreeCodec]) are, whose SHA-256 is the tree's identity ([#digest]).
public final class FileTree {
  private static final Meta PLAIN_DIRECTORY = Meta.of(0755);

  /// One path and what is there.
  public record Entry(TreePath path, InodeId id, Inode inode) {}

  private final NavigableMap<TreePath, Entry> entries;
  private final int inodes;

  private FileTree(NavigableMap<TreePath, Entry> entries, int inodes) {
    this.entries = entries;
    this.inodes = inodes;
  }

  /// An empty root directory, mode 0755, owned by root.
  public static FileTree empty() {
    return builder().build();
  }

  /// Starts with an empty root directory.
  public static Builder builder() {
    return new Builder();
  }

  /// A builder that begins with what this tree holds.
  public Builder toBuilder() {
    return new Builder(this);
  }

  /// What is at `path`; symbolic links are not followed.
  public Optional<Inode> find(TreePath path) {
    return Optional.ofNullable(entries.get(path)).map(Entry::inode);
  }

  /// What is at `path`, given as text; symbolic links are not followed.
  public Optional<Inode> find(String path) {
    return find(TreePath.of(path));
  }

  /// The entry at `path`; symbolic links are not followed.
  public Optional<Entry> entry(TreePath path) {
    return Optional.ofNullable(entries.get(path));
  }

  /// The entry that `path` leads to when the tree is the root of a running system: symbolic links are followed, also in
  /// the last name, and absolute targets and `..` stay within the tree.
  ///
  /// @return empty if there is nothing, or a loop of more than 40 links
  public Optional<Entry> resolve(TreePath path) {
    return new LinkWalk(this).resolve(path);
  }

  /// All entries in order of path: the root first, each directory before what it holds.
  public Stream<Entry> entries() {
    return entries.values().stream();
  }

  /// The entry at `directory` and all below it, in order of path.
  public Stream<Entry> below(TreePath directory) {
    return directory.isRoot()
        ? entries()
        : entries.tailMap(directory, true).values().stream()
            .takeWhile(e -> e.path().startsWith(directory));
  }

  /// The entries directly in `directory`, in order of name.
  public List<Entry> children(TreePath directory) {
    List<Entry> children = new ArrayList<>();
    below(directory)
        .forEach(e -> {
          if (e.path().isChildOf(directory)) {
            children.add(e);
          }
        });
    return children;
  }

  /// How many paths there are, the root included.
  public int size() {
    return entries.size();
  }

  /// How many different inodes there are, the root's included; their ids are 0 to this minus 1.
  public int inodeCount() {
    return inodes;
  }

  /// The sum of the sizes of all regular files, each inode counted once, in bytes.
  public long contentSize() {
    boolean[] seen = new boolean[inodes];
    long sum = 0;
    for (Entry entry : entries.values()) {
      if (entry.inode() instanceof Inode.RegularFile file && !seen[entry.id().value()]) {
        seen[entry.id().value()] = true;
        sum += file.size();
      }
    }
    return sum;
  }

  /// The SHA-256 of the canonical byte form: the tree's identity.
  public Digest digest() {
    try {
      return TreeCodec.digest(this);
    } catch (IOException e) {
      throw new IllegalStateException("hashing in memory cannot fail", e);
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof FileTree that && entries.equals(that.entries);
  }

  @Override
  public int hashCode() {
    return entries.hashCode();
  }

  @Override
  public String toString() {
    return "FileTree of " + entries.size() + " paths";
  }

  /// Collects paths in any order; [#build] numbers the inodes and checks the whole.
  public static final class Builder {
    /// What is where. Ids are indices of `inodes`, which alone say what the inode is now.
    private final NavigableMap<TreePath, Entry> entries;

    private final List<Inode> inodes;

    private Builder() {
      entries = new TreeMap<>();
      inodes = new ArrayList<>();
      place(TreePath.ROOT, new Inode.Directory(PLAIN_DIRECTORY));
    }

    private Builder(FileTree tree) {
      // A copy of a sorted map compares nothing.
      entries = new TreeMap<>(tree.entries);
      Inode[] known = new Inode[tree.inodes];
      tree.entries.values().forEach(entry -> known[entry.id().value()] = entry.inode());
      inodes = new ArrayList<>(Arrays.asList(known));
    }

    /// Puts an inode of its own where nothing is, or a directory in place of a directory.
    void place(TreePath path, Inode inode) {
      entries.put(path, new Entry(path, new InodeId(inodes.size()), inode));
      inodes.add(inode);
    }

    /// Puts an inode of its own at `path`, in place of what was there. What lay below a directory replaced by
    /// something else goes with it; a directory that replaces a directory keeps its contents.
    public Builder put(TreePath path, Inode inode) {
      if (!(inode instanceof Inode.Directory)) {
        if (path.isRoot()) {
          throw new IllegalArgumentException("tree: the root (expected: a directory)");
        }
        remove(path);
      }
      place(path, inode);
      return this;
    }

    /// Puts an inode at `path` given as text, see [#put(TreePath, Inode)].
    public Builder put(String path, Inode inode) {
      return put(TreePath.of(path), inode);
    }

    /// Makes `path` a hard link of what is at `existing`.
    ///
    /// @throws IllegalArgumentException if nothing is there, or a directory
    public Builder link(TreePath path, TreePath existing) {
      Entry known = entries.get(existing);
      if (known == null || inode(known) instanceof Inode.Directory) {
        throw new IllegalArgumentException(
            "hard link: "
                + path.absolute()
                + " to "
                + existing.absolute()
                + (known == null ? ", where nothing is" : ", a directory")
                + " (expected: a file put before)");
      }
      remove(path);
      entries.put(path, new Entry(path, known.id(), known.inode()));
      return this;
    }

    /// Changes what is at `path` for all its hard links.
    ///
    /// @throws IllegalArgumentException if nothing is there
    public Builder replaceInode(TreePath path, Inode inode) {
      Entry known = entries.get(path);
      if (known == null) {
        throw new IllegalArgumentException("tree: nothing at " + path.absolute());
      }
      inodes.set(known.id().value(), inode);
      return this;
    }

    /// Replaces every inode by what `change` says of it; hard links stay.
    public Builder replaceInodes(UnaryOperator<Inode> change) {
      inodes.replaceAll(change);
      return this;
    }

    /// Removes `path` and all below it; removing what is not there changes nothing, and the root always stays.
    public Builder remove(TreePath path) {
      if (path.isRoot()) {
        return clear(path);
      }
      Entry known = entries.remove(path);
      if (known != null && inode(known) instanceof Inode.Directory) {
        clear(path);
      }
      return this;
    }

    /// Removes all that is below `directory`, and not itself.
    public Builder clear(TreePath directory) {
      Iterator<TreePath> below = entries.tailMap(directory, false).keySet().iterator();
      while (below.hasNext() && below.next().startsWith(directory)) {
        below.remove();
      }
      return this;
    }

    /// Removes the path given as text, see [#remove(TreePath)].
    public Builder remove(String path) {
      return remove(TreePath.of(path));
    }

    /// Removes all paths but those that are `wanted`, and the root.
    public Builder retain(Predicate<TreePath> wanted) {
      entries.keySet().removeIf(path -> !path.isRoot() && !wanted.test(path));
      return this;
    }

    /// What is at `directory` so far, and all below it, in order of path.
    public List<Entry> below(TreePath directory) {
      List<Entry> below = new ArrayList<>();
      for (Entry entry : entries.tailMap(directory, true).values()) {
        if (!entry.path().startsWith(directory)) {
          break;
        }
        below.add(new Entry(entry.path(), entry.id(), inode(entry)));
      }
      return below;
    }

    /// What is at `path` so far.
    public Optional<Inode> find(TreePath path) {
      return Optional.ofNullable(entries.get(path)).map(this::inode);
    }

    private Inode inode(Entry entry) {
      return inodes.get(entry.id().value());
    }

    /// Makes `path` and the directories above it, mode 0755 and owned by root, where nothing is yet.
    ///
    /// @throws IllegalArgumentException if something other than a directory is in the way
    public Builder mkdirs(TreePath path) {
      Optional<Inode> there = find(path);
      if (there.isEmpty()) {
        mkdirs(path.parent());
        place(path, new Inode.Directory(PLAIN_DIRECTORY));
      } else if (!(there.get() instanceof Inode.Directory)) {
        throw new IllegalArgumentException(
            "tree: " + path.absolute() + " is in the way (expected: a directory)");
      }
      return this;
    }

    /// The finished tree.
    ///
    /// @throws IllegalArgumentException if a path's parent is missing or not a directory
    public FileTree build() {
      NavigableMap<TreePath, Entry> built = new TreeMap<>(entries);
      Numbering numbering = new Numbering();
      built.replaceAll(numbering::numbered);
      return new FileTree(Collections.unmodifiableNavigableMap(built), numbering.count);
    }

    /// Gives inodes their numbers while entries come in order of path, and checks that each lies in a directory.
    private final class Numbering {
      /// The directories that what comes next may lie in, the outermost first.
      private final Deque<TreePath> open = new ArrayDeque<>();

      /// By the builder's number: the tree's, plus one; 0: not seen yet.
      private final int[] seen = new int[inodes.size()];

      private int count;

      private Entry numbered(TreePath path, Entry entry) {
        Inode inode = inode(entry);
        while (!open.isEmpty() && !path.startsWith(open.getLast())) {
          open.removeLast();
        }
        if (!path.isRoot() && !path.isChildOf(open.getLast())) {
          throw new IllegalArgumentException(
              "tree: " + path.absolute() + " lies in no directory (expected: its parent first)");
        }
        if (inode instanceof Inode.Directory) {
          open.addLast(path);
        }
        int key = entry.id().value();
        if (seen[key] == 0) {
          seen[key] = ++count;
        }
        int id = seen[key] - 1;
        return id == key && inode.equals(entry.inode())
            ? entry
            : new Entry(path, new InodeId(id), inode);
      }
    }
  }
}
