package io.microvisor.compose.rootfs;

import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.TreePath;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// Finds units in an image as systemd does (systemd.unit(5), "UNIT FILE LOAD PATH"): by their names, their templates' and
/// their aliases'.
final class UnitSearch {
  /// Where to look; the first that has a unit counts.
  static final List<String> FOLDERS =
      List.of(UnitLinks.CONFIGURED, "usr/local/lib/systemd/system/", UnitLinks.PACKAGED);

  private static final String NOTHING = "/dev/null";
  private static final int MOST_LINKS = 64;

  private final RootEditor root;

  UnitSearch(RootEditor root) {
    this.root = root;
  }

  /// What stands for a name.
  sealed interface Found {
    /// A unit file.
    ///
    /// @param name the unit's own name, where an alias was asked for
    /// @param path where the file is, from the root
    /// @param install what the file and its drop-ins say
    record Unit(UnitName name, String path, UnitInstall install) implements Found {}

    /// Nothing may start it.
    record Masked() implements Found {}

    /// There is none, or a link that leads to none.
    record Missing() implements Found {}
  }

  /// Where a name leads.
  private sealed interface File {
    record Regular(TreePath path) implements File {}

    record Nothing() implements File {}

    record Alias(UnitName of) implements File {}
  }

  /// Finds a unit.
  Found find(UnitName asked) throws IOException {
    UnitName name = asked;
    for (int links = 0; links < MOST_LINKS; links++) {
      Optional<File> file = file(name);
      if (file.isEmpty()) {
        return new Found.Missing();
      }
      switch (file.get()) {
        case File.Regular regular -> {
          return new Found.Unit(name, regular.path().toString(), install(name, regular.path()));
        }
        case File.Nothing _ -> {
          return new Found.Masked();
        }
        case File.Alias alias -> name = alias.of();
      }
    }
    return new Found.Missing();
  }

  /// The names of all files and links that are units.
  SortedSet<String> names() {
    SortedSet<String> names = new TreeSet<>();
    for (String folder : FOLDERS) {
      for (FileTree.Entry entry : root.children(folder)) {
        boolean file =
            entry.inode() instanceof Inode.RegularFile || entry.inode() instanceof Inode.Symlink;
        if (file && UnitName.of(entry.path().name()).isPresent()) {
          names.add(entry.path().name());
        }
      }
    }
    return names;
  }

  /// The name itself in all folders, then its template in all.
  private Optional<File> file(UnitName name) {
    return switch (name.kind()) {
      case PLAIN, TEMPLATE -> file(name, name);
      case INSTANCE -> file(name, name).or(() -> file(name, name.withoutInstance()));
    };
  }

  private Optional<File> file(UnitName asked, UnitName name) {
    for (String folder : FOLDERS) {
      String path = folder + name;
      switch (root.find(path).orElse(null)) {
        case Inode.RegularFile file -> {
          return Optional.of(
              file.size() == 0 ? new File.Nothing() : new File.Regular(root.real(path)));
        }
        case Inode.Symlink link -> {
          return link(asked, root.real(path), link);
        }
        case null, default -> {
          // Not a unit.
        }
      }
    }
    return Optional.empty();
  }

  /// A link to nothing masks, one to a name in these folders makes an alias, any other brings a unit from elsewhere.
  private Optional<File> link(UnitName asked, TreePath place, Inode.Symlink link) {
    if (link.target().equals(NOTHING)) {
      return Optional.of(new File.Nothing());
    }
    TreePath target = target(place, link);
    Optional<UnitName> named = UnitName.of(target.name());
    boolean alias = isUnitFolder(target.parent()) && named.isPresent();
    if (!alias || target.name().equals(place.name()) || isTemplateOf(named.get(), asked)) {
      return root.tree()
          .resolve(place)
          .filter(entry -> entry.inode() instanceof Inode.RegularFile)
          .map(entry -> new File.Regular(entry.path()));
    }
    UnitName name = named.get();
    boolean instantiated =
        asked.kind() == UnitName.Kind.INSTANCE && name.kind() == UnitName.Kind.TEMPLATE;
    return Optional.of(
        new File.Alias(instantiated ? name.withInstance(asked.instance().orElseThrow()) : name));
  }

  /// Where a link says that it leads; links in between are not followed, and `..` stays within the tree.
  static TreePath target(TreePath place, Inode.Symlink link) {
    TreePath at = link.target().startsWith("/") ? TreePath.ROOT : place.parent();
    for (String name : link.target().split("/", -1)) {
      at =
          switch (name) {
            case "", "." -> at;
            case ".." -> at.parent();
            default -> at.resolve(name);
          };
    }
    return at;
  }

  /// The files that a unit consists of when it is started: its own, then its drop-ins, those for all units of its type and
  /// for those whose names begin as its name does among them (systemd.unit(5), "DESCRIPTION").
  List<String> files(Found.Unit unit) {
    List<String> files = new ArrayList<>(List.of(unit.path()));
    List<String> names = withTemplate(unit.name());
    for (String name : withTemplate(unit.name())) {
      String type = name.substring(name.lastIndexOf('.'));
      String prefix = name.substring(0, name.length() - type.length()).replaceFirst("@.*", "");
      for (int dash = prefix.lastIndexOf('-'); dash > 0; dash = prefix.lastIndexOf('-', dash - 1)) {
        names.add(prefix.substring(0, dash + 1) + type);
      }
    }
    names.add(unit.name().type());
    files.addAll(dropIns(names));
    return files;
  }

  private static boolean isTemplateOf(UnitName name, UnitName instance) {
    return instance.kind() == UnitName.Kind.INSTANCE && instance.withoutInstance().equals(name);
  }

  /// Whether a unit's file is not one that a link brings from elsewhere.
  boolean isInFolder(String path) {
    return isUnitFolder(TreePath.of(path).parent());
  }

  private boolean isUnitFolder(TreePath folder) {
    return FOLDERS.stream().anyMatch(each -> root.real(each).equals(folder));
  }

  private UnitInstall install(UnitName name, TreePath path) throws IOException {
    List<String> texts = new ArrayList<>();
    texts.add(root.text(path.toString()).orElse(""));
    for (String dropIn : dropIns(withTemplate(name))) {
      texts.add(root.text(dropIn).orElse(""));
    }
    return UnitInstall.read(texts);
  }

  private static List<String> withTemplate(UnitName name) {
    List<String> names = new ArrayList<>(List.of(name.toString()));
    if (name.kind() == UnitName.Kind.INSTANCE) {
      names.add(name.withoutInstance().toString());
    }
    return names;
  }

  /// By file name, whatever folder they are in; of two with one name, the first name's and the first folder's counts.
  private List<String> dropIns(List<String> names) {
    TreeMap<String, String> found = new TreeMap<>();
    for (String name : names) {
      for (String folder : FOLDERS) {
        for (FileTree.Entry entry : root.children(folder + name + ".d")) {
          if (entry.path().name().endsWith(".conf")) {
            found.putIfAbsent(entry.path().name(), entry.path().toString());
          }
        }
      }
    }
    return List.copyOf(found.values());
  }
}
