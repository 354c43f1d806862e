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
import io.microvisor.packages.unpack.UnpackedPackage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
/// - A package of which others have replaced everything, and which none depends on, disappears (Debian Policy 7.6.1).
/// - The files of a package whose preinst diverts wait until that has run ([#beforeScripts]), unless an installer
///   configures it first.
public final class PackageMerge {
  private static final List<String> FIRST = List.of("base-files", "base-passwd");
  private static final TreePath WAITING = ConfigurePlan.FOLDER.resolve("waiting");

  private final FileTree.Builder builder = FileTree.builder();
  private final Map<TreePath, Installed> owners = new HashMap<>();
  private final Map<Digest, ContentSource> contents = new HashMap<>();
  private final SortedMap<String, SortedSet<TreePath>> paths = new TreeMap<>();
  // By name, not by package: comparing two of those compares all their files.
  private final Set<String> replaced = new HashSet<>();
  private final List<Waiting> waiting = new ArrayList<>();
  private final Set<String> diverting;
  private final Aliases aliases;

  private PackageMerge(Aliases aliases, Set<String> diverting) {
    this.aliases = aliases;
    this.diverting = diverting;
  }

  /// Lays out packages of which no script will run.
  ///
  /// @throws IOException if two packages have the same file and neither replaces the other, or one has a directory
  ///     where another has a file; the message names both packages and the path
  public static MergedPackages merge(List<UnpackedPackage> packages) throws IOException {
    return merge(packages, false);
  }

  /// Lays out packages whose preinst scripts run next, and may divert files: [Configure] then gives an error for two
  /// files at one path unless they did.
  ///
  /// @throws IOException as [#merge] does, but for paths at which the preinst of one of the two may divert the other's
  public static MergedPackages beforeScripts(List<UnpackedPackage> packages) throws IOException {
    return merge(packages, true);
  }

  private static MergedPackages merge(List<UnpackedPackage> packages, boolean scriptsFollow)
      throws IOException {
    List<Installed> sorted = new ArrayList<>();
    for (UnpackedPackage each : packages) {
      sorted.add(Installed.of(each));
    }
    Set<String> diverting = scriptsFollow ? diverting(sorted) : Set.of();
    sorted.sort(
        Comparator.comparing((Installed each) -> diverting.contains(each.id()))
            .thenComparingInt(PackageMerge::rank)
            .thenComparing(Installed::id));
    PackageMerge merge =
        new PackageMerge(
            Aliases.of(sorted.stream().map(p -> p.unpacked().tree()).toList()), diverting);
    for (Installed each : sorted) {
      merge.add(each);
    }
    sorted.removeAll(merge.disappeared(sorted));
    Map<Digest, ContentSource> found = Map.copyOf(merge.contents);
    return new MergedPackages(
        sorted,
        merge.builder.build(),
        digest -> Optional.ofNullable(found.get(digest)).flatMap(s -> s.find(digest)),
        merge.paths,
        merge.waiting);
  }

  /// The packages that have no path of their own left, whose last file another one replaced, and which nobody needs.
  private List<Installed> disappeared(List<Installed> all) throws IOException {
    List<Installed> gone = new ArrayList<>();
    for (Installed each : all) {
      if (replaced.contains(each.id()) && !isNeeded(each, all) && !hasOwnPath(each, all)) {
        gone.add(each);
        paths.remove(each.id());
      }
    }
    return gone;
  }

  private boolean hasOwnPath(Installed each, List<Installed> all) throws IOException {
    for (TreePath path : pathsOf(each)) {
      boolean shared = path.isRoot();
      for (Installed other : all) {
        shared |=
            !other.id().equals(each.id()) && paths.getOrDefault(other.id(), none()).contains(path);
      }
      if (!shared) {
        return true;
      }
    }
    return false;
  }

  private static SortedSet<TreePath> none() {
    return Collections.emptySortedSet();
  }

  private static boolean isNeeded(Installed each, List<Installed> all) throws FormatException {
    Set<String> names = new HashSet<>(Set.of(each.name()));
    each.relations("Provides").forEach(clause -> clause.forEach(r -> names.add(r.name())));
    for (Installed other : all) {
      for (String field : List.of("Pre-Depends", "Depends", "Recommends")) {
        boolean needs =
            other.relations(field).stream()
                .anyMatch(clause -> clause.stream().anyMatch(r -> names.contains(r.name())));
        if (needs && !other.id().equals(each.id())) {
          return true;
        }
      }
    }
    return false;
  }

  private static Set<String> diverting(List<Installed> all) throws FormatException {
    Set<String> diverting = new HashSet<>();
    for (Installed each : all) {
      byte[] preinst = each.unpacked().controlFiles().getOrDefault("preinst", new byte[0]);
      if (new String(preinst, StandardCharsets.UTF_8).contains("dpkg-divert")) {
        diverting.add(each.id());
      }
    }
    ConfigureOrder.first(all).forEach(each -> diverting.remove(each.id()));
    return diverting;
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
    TreePath path = aliases.real(entry.path());
    Installed owner = owners.get(path);
    Inode there = builder.find(path).orElse(null);
    if (there instanceof Inode.Directory) {
      if (entry.inode() instanceof Inode.Symlink && aliases.isAlias(entry.path())) {
        return true;
      }
      throw clash(each, path, entry.path(), "a file", "a directory");
    }
    if (owner != null) {
      if (there != null && isShared(each, owner, entry.inode(), there)) {
        return true;
      }
      if (replaces(each, owner)) {
        disown(owner, path);
        builder.remove(path);
      } else if (replaces(owner, each)) {
        replaced.add(each.id());
        return false;
      } else if (!diverting.contains(each.id())) {
        throw clash(each, path, entry.path(), "a file", "one");
      }
    }
    TreePath place = path;
    if (diverting.contains(each.id())) {
      String clash = clash(each, path, entry.path(), "a file", "one").getMessage();
      path = WAITING.resolve(Integer.toString(waiting.size()));
      waiting.add(new Waiting(each.id(), place, path, String.valueOf(clash)));
    }
    builder.mkdirs(path.parent());
    TreePath first = laid.putIfAbsent(entry.id(), path);
    if (first == null) {
      builder.put(path, entry.inode());
    } else {
      builder.link(path, first);
    }
    owners.put(place, each);
    if (entry.inode() instanceof Inode.RegularFile file) {
      contents.putIfAbsent(file.content(), each.unpacked().contents());
    }
    return true;
  }

  private void disown(Installed owner, TreePath path) throws IOException {
    replaced.add(owner.id());
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
    for (List<Relation> clause : one.relations("Replaces")) {
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
