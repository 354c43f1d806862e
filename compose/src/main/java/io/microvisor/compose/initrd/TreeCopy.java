package io.microvisor.compose.initrd;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.ContentSource;
import io.microvisor.bytes.Digest;
import io.microvisor.formats.elf.DlopenNote;
import io.microvisor.formats.elf.ElfFile;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.Meta;
import io.microvisor.formats.tree.TreePath;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/// Copies files from a root into an initrd, each with what it needs to run: the targets of symbolic links, the program
/// interpreter, and the libraries it links to or says it loads, as ld.so(8) would find them.
///
/// Libraries to be loaded on demand are taken when their note says required or recommended; a recommended one that the
/// root lacks is only noted.
final class TreeCopy {
  private static final List<TreePath> LIBRARY_FOLDERS =
      List.of(
          TreePath.of("usr/lib/x86_64-linux-gnu"),
          TreePath.of("usr/lib64"),
          TreePath.of("usr/lib"));

  private final FileTree root;
  private final ContentSource contents;
  private final FileTree.Builder tree;
  private final long time;
  private final Map<Digest, ByteSource> made = new HashMap<>();
  private final Set<TreePath> copied = new HashSet<>();
  private final Deque<TreePath> open = new ArrayDeque<>();
  private final SortedMap<String, TreePath> unmet = new TreeMap<>();
  private final Set<String> missing = new TreeSet<>();

  TreeCopy(FileTree root, ContentSource contents, FileTree.Builder tree, long time) {
    this.root = root;
    this.contents = contents;
    this.tree = tree;
    this.time = time;
  }

  /// Copies what is at `path`, a folder with all it holds.
  ///
  /// @throws IOException if there is nothing, or something it needs is not there
  void copy(String path) throws IOException {
    if (!copyIfThere(path)) {
      throw new IOException("initrd: " + TreePath.of(path).absolute() + " is not in the root");
    }
  }

  /// Copies what is at `path` and tells whether there is anything.
  boolean copyIfThere(String path) throws IOException {
    TreePath asked = TreePath.of(path);
    if (root.resolve(asked).isEmpty()) {
      return false;
    }
    open.push(asked);
    while (!open.isEmpty()) {
      copyOne(open.pop());
    }
    checkUnmet();
    return true;
  }

  /// Copies a symbolic link without what it leads to.
  void copyLink(TreePath path, Inode.Symlink link) {
    tree.mkdirs(path.parent()).put(path, link.withMeta(dated(link.meta())));
  }

  /// Puts a file of its own.
  void put(String path, byte[] content) {
    TreePath at = TreePath.of(path);
    Digest digest = Digest.sha256(content);
    made.put(digest, ByteSource.of(content));
    Meta meta = Meta.of(0644).withMtime(time);
    tree.mkdirs(at.parent()).put(at, new Inode.RegularFile(meta, digest, content.length));
  }

  /// Puts a text file of its own.
  void put(String path, String content) {
    put(path, content.getBytes(StandardCharsets.UTF_8));
  }

  /// Puts a symbolic link of its own.
  void link(String path, String target) {
    TreePath at = TreePath.of(path);
    tree.mkdirs(at.parent()).put(at, new Inode.Symlink(Meta.of(0777).withMtime(time), target));
  }

  /// The text of a file of the root; empty if there is none.
  String text(String path) throws IOException {
    Optional<FileTree.Entry> found = root.resolve(TreePath.of(path));
    if (found.isPresent() && found.get().inode() instanceof Inode.RegularFile file) {
      return new String(contents.open(file.content()).readAll(1 << 20), StandardCharsets.UTF_8);
    }
    return "";
  }

  /// The bytes of what was put, then those of the root.
  ContentSource contents() {
    return ContentSource.of(made).or(contents);
  }

  /// The names of libraries that are not there and can be done without.
  List<String> missing() {
    return List.copyOf(missing);
  }

  private void copyOne(TreePath path) throws IOException {
    FileTree.Entry folder =
        root.resolve(path.parent())
            .orElseThrow(
                () -> new IOException("initrd: " + path.absolute() + " is not in the root"));
    TreePath at = path.isRoot() ? path : folder.path().resolve(path.name());
    if (!copied.add(at)) {
      return;
    }
    Inode inode =
        root.find(at)
            .orElseThrow(() -> new IOException("initrd: " + at.absolute() + " is not in the root"));
    switch (inode) {
      case Inode.Directory directory -> {
        tree.mkdirs(at.parent()).put(at, directory.withMeta(dated(directory.meta())));
        root.children(at).forEach(child -> open.push(child.path()));
      }
      case Inode.Symlink link -> {
        copyLink(at, link);
        open.push(target(at, link.target()));
      }
      case Inode.RegularFile file -> {
        tree.mkdirs(at.parent()).put(at, file.withMeta(dated(file.meta())));
        openNeeded(at, file);
      }
      case Inode.Device _, Inode.Fifo _, Inode.Socket _ ->
          tree.mkdirs(at.parent()).put(at, inode.withMeta(dated(inode.meta())));
    }
  }

  private Meta dated(Meta meta) {
    return Meta.of(meta.mode()).withOwner(meta.uid(), meta.gid()).withMtime(time);
  }

  private static TreePath target(TreePath link, String target) {
    Deque<String> names = new ArrayDeque<>();
    String whole = target.startsWith("/") ? target : link.parent() + "/" + target;
    for (String name : whole.split("/", -1)) {
      if (name.equals("..")) {
        names.pollLast();
      } else if (!name.isEmpty() && !name.equals(".")) {
        names.addLast(name);
      }
    }
    return TreePath.of(String.join("/", names));
  }

  private void openNeeded(TreePath at, Inode.RegularFile file) throws IOException {
    ByteSource source = contents.open(file.content());
    if (!ElfFile.isElf(source)) {
      return;
    }
    ElfFile elf;
    try {
      elf = ElfFile.read(source);
    } catch (IOException e) {
      throw new IOException("initrd: " + at.absolute() + ": " + e.getMessage(), e);
    }
    elf.interpreter().forEach(path -> open.push(TreePath.of(path)));
    List<TreePath> folders = folders(at, elf);
    for (String name : elf.needed()) {
      library(folders, name).ifPresentOrElse(open::push, () -> unmet.put(name, at));
    }
    for (DlopenNote note : elf.dlopened()) {
      if (note.priority() != DlopenNote.Priority.SUGGESTED) {
        openOnDemand(at, folders, note);
      }
    }
  }

  /// A library that is in none of its user's folders is still found if the program that loads the user brought it: ld.so looks
  /// among loaded libraries first.
  private void checkUnmet() throws IOException {
    Set<String> loaded = new HashSet<>();
    copied.forEach(path -> loaded.add(path.name()));
    for (var each : unmet.entrySet()) {
      if (!loaded.contains(each.getKey())) {
        throw new IOException(
            "initrd: "
                + each.getValue().absolute()
                + " needs "
                + each.getKey()
                + ", which is not in the root's library folders");
      }
    }
    unmet.clear();
  }

  private void openOnDemand(TreePath at, List<TreePath> folders, DlopenNote note)
      throws IOException {
    for (String soname : note.sonames()) {
      Optional<TreePath> found = library(folders, soname);
      if (found.isPresent()) {
        open.push(found.get());
        return;
      }
    }
    if (note.priority() == DlopenNote.Priority.REQUIRED) {
      throw new IOException(
          "initrd: "
              + at.absolute()
              + " loads "
              + note.sonames().getFirst()
              + ", which is not in the root's library folders");
    }
    missing.add(note.sonames().getFirst());
  }

  private static List<TreePath> folders(TreePath at, ElfFile elf) {
    List<TreePath> folders = new ArrayList<>();
    for (String folder : elf.searchPath()) {
      String origin = at.parent().absolute();
      String plain = folder.replace("${ORIGIN}", origin).replace("$ORIGIN", origin);
      folders.add(target(TreePath.ROOT, plain));
    }
    folders.addAll(LIBRARY_FOLDERS);
    return folders;
  }

  private Optional<TreePath> library(List<TreePath> folders, String name) {
    if (name.contains("/")) {
      return Optional.of(target(TreePath.ROOT, name));
    }
    for (TreePath folder : folders) {
      TreePath path = folder.resolve(name);
      if (root.resolve(path).isPresent()) {
        return Optional.of(path);
      }
    }
    return Optional.empty();
  }
}
