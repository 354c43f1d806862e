package io.microvisor.packages.install;

import io.microvisor.bytes.ContentSource;
import io.microvisor.bytes.Digest;
import io.microvisor.bytes.FormatException;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.InodeId;
import io.microvisor.formats.tree.TreePath;
import io.microvisor.packages.deb.DebVersion;
import io.microvisor.packages.deb.Relation;
import io.microvisor.packages.deb.Relations;
import io.microvisor.packages.unpack.UnpackedPackage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// Lays packages out in one tree, with the rules by which dpkg unpacks into an empty system.
///
/// - The order of the packages does not matter: base-files goes first, for its directories and links are the system's,
///   then base-passwd, then all others by name.
/// - A directory may belong to many packages; the first one's mode, owners and time stay.
/// - A link to a directory stays a link when another package has a directory there, and what that one has below goes
///   through it (merged /usr).
/// - Everything else belongs to one package, unless one of two `Replaces` the other in its version: then its file wins.
///   Packages for several architectures (`Multi-Arch: same`) may share equal files.
/// - A diverted path is the diverting package's; the others' files go to where the diversion says.
public final class PackageMerge {
  private static final List<String> FIRST = List.of("base-files", "base-passwd");

  private final FileTree.Builder builder = FileTree.builder();
  private final Map<TreePath, Installed> owners = new HashMap<>();
  private final Map<Digest, ContentSource> contents = new HashMap<>();
  private final SortedMap<String, SortedSet<TreePath>> paths = new TreeMap<>();
  private final Map<TreePath, Diversion> diversions = new HashMap<>();
  private final Aliases aliases;

  private PackageMerge(Aliases aliases, List<Diversion> diversions) {
    this.aliases = aliases;
    diversions.forEach(d -> this.diversions.put(d.from(), d));
  }

  /// Packages without diversions, see [#merge(List, List)].
  public static MergedPackages merge(List<UnpackedPackage> packages) throws IOException {
    return merge(packages, List.of());
  }

  /// Lays out packages.
  ///
  /// @throws IOException if two packages have the same file and neither replaces the other, or one has a directory
  ///     where another has a file; the message names both packages and the path
  public static MergedPackages merge(List<UnpackedPackage> packages, List<Diversion> diversions)
      throws IOException {
    List<Installed> sorted = new ArrayList<>();
    for (UnpackedPackage each : packages) {
      sorted.add(Installed.of(each));
    }
    sorted.sort(Comparator.comparingInt((Installed p) -> rank(p)).thenComparing(Installed::id));
    PackageMerge merge =
        new PackageMerge(
            Aliases.of(sorted.stream().map(p -> p.unpacked().tree()).toList()), diversions);
    for (Installed each : sorted) {
      merge.add(each);
    }
    Map<Digest, ContentSource> found = Map.copyOf(merge.contents);
    return new MergedPackages(
        sorted,
        merge.builder.build(),
        digest -> Optional.ofNullable(found.get(digest)).flatMap(s -> s.find(digest)),
        merge.paths,
        diversions);
  }

  private static int rank(Installed each) {
    int first = FIRST.indexOf(each.name());
    return first < 0 ? FIRST.size() : first;
  }

  private void add(Installed each) throws IOException {
    SortedSet<TreePath> owned = new TreeSet<>();
    if (paths.put(each.id(), owned) != null) {
      throw new IOException("package " + each.id() + ": twice in the set (expected: once)");
    }
    Map<InodeId, TreePath> laid = new HashMap<>();
    for (FileTree.Entry entry :
        (Iterable<FileTree.Entry>) each.unpacked().tree().entries()::iterator) {
      if (entry.inode() instanceof Inode.Directory directory) {
        addDirectory(each, entry.path(), directory);
        owned.add(entry.path());
      } else if (addOther(each, entry, laid)) {
        owned.add(entry.path());
      }
    }
  }

  private void addDirectory(Installed each, TreePath path, Inode.Directory directory)
      throws IOException {
    TreePath real = aliases.directory(path);
    Installed owner = owners.get(real);
    Inode there = builder.find(real).orElse(null);
    if (there != null && !(there instanceof Inode.Directory)) {
      throw clash(each, real, path, "a directory", "a file");
    }
    if (owner == null) {
      builder.mkdirs(real.parent());
      builder.put(real, directory);
      owners.put(real, each);
    }
  }

  /// Whether the object was laid out.
  private boolean addOther(Installed each, FileTree.Entry entry, Map<InodeId, TreePath> laid)
      throws IOException {
    TreePath path = diverted(each, aliases.real(entry.path()));
    Installed owner = owners.get(path);
    Inode there = builder.find(path).orElse(null);
    if (there instanceof Inode.Directory) {
      if (entry.inode() instanceof Inode.Symlink && aliases.isAlias(entry.path())) {
        return true;
      }
      throw clash(each, path, entry.path(), "a file", "a directory");
    }
    if (there != null && owner != null) {
      if (isShared(each, owner, entry.inode(), there)) {
        return true;
      }
      boolean wins = replaces(each, owner);
      if (!wins && !replaces(owner, each)) {
        throw clash(each, path, entry.path(), "a file", "one");
      }
      if (!wins) {
        return false;
      }
      disown(owner, path);
    }
    builder.mkdirs(path.parent());
    TreePath first = laid.putIfAbsent(entry.id(), path);
    if (first == null) {
      builder.put(path, entry.inode());
    } else {
      builder.link(path, first);
    }
    owners.put(path, each);
    if (entry.inode() instanceof Inode.RegularFile file) {
      contents.putIfAbsent(file.content(), each.unpacked().contents());
    }
    return true;
  }

  private TreePath diverted(Installed each, TreePath path) {
    Diversion diversion = diversions.get(path);
    return diversion == null || diversion.by().equals(each.name()) ? path : diversion.to();
  }

  private void disown(Installed owner, TreePath path) throws IOException {
    SortedSet<TreePath> owned = pathsOf(owner);
    for (TreePath spelling : List.copyOf(owned)) {
      if (spelling.name().equals(path.name()) && aliases.real(spelling).equals(path)) {
        owned.remove(spelling);
      }
    }
  }

  private SortedSet<TreePath> pathsOf(Installed owner) {
    SortedSet<TreePath> owned = paths.get(owner.id());
    if (owned == null) {
      throw new IllegalStateException("an owner that was not laid out: " + owner.id());
    }
    return owned;
  }

  private static boolean isShared(Installed one, Installed other, Inode mine, Inode theirs) {
    return one.name().equals(other.name())
        && one.isMultiArchSame()
        && other.isMultiArchSame()
        && switch (mine) {
          case Inode.RegularFile file ->
              theirs instanceof Inode.RegularFile that && file.content().equals(that.content());
          case Inode.Symlink link ->
              theirs instanceof Inode.Symlink that && link.target().equals(that.target());
          case Inode.Directory _, Inode.Device _, Inode.Fifo _, Inode.Socket _ -> false;
        };
  }

  private static boolean replaces(Installed one, Installed other) throws FormatException {
    DebVersion version = DebVersion.parse(other.control().required("Version"));
    for (List<Relation> clause : Relations.parse(one.control().text("Replaces")).clauses()) {
      for (Relation relation : clause) {
        if (relation.name().equals(other.name()) && relation.versions().admit(version)) {
          return true;
        }
      }
    }
    return false;
  }

  private IOException clash(
      Installed each, TreePath real, TreePath path, String mine, String theirs) {
    Installed owner = owners.get(real);
    return new IOException(
        "package "
            + each.id()
            + ": has "
            + mine
            + " at "
            + path.absolute()
            + ", where "
            + (owner == null ? "another" : owner.id())
            + " has "
            + theirs
            + " (expected: in one package only, or Replaces)");
  }
}
