package io.microvisor.compose.kernel;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.ContentSource;
import io.microvisor.compose.template.PackageWish;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.TreePath;
import io.microvisor.packages.deb.ControlStanza;
import io.microvisor.packages.deb.Glob;
import io.microvisor.packages.deb.Relation;
import io.microvisor.packages.deb.Relations;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// What dpkg's database in a tree says: who owns a file, and who depends on whom.
final class PackageRecords {
  private static final TreePath DATABASE = TreePath.of("var/lib/dpkg");
  private static final int LARGEST = 64 << 20;

  /// A package and its version.
  record Item(String name, String version) {
    @Override
    public String toString() {
      return name + " " + version;
    }
  }

  private final FileTree tree;
  private final ContentSource contents;
  private final Map<String, ControlStanza> packages;

  private PackageRecords(
      FileTree tree, ContentSource contents, Map<String, ControlStanza> packages) {
    this.tree = tree;
    this.contents = contents;
    this.packages = packages;
  }

  /// The records of a tree; none, if it has no database.
  static PackageRecords of(FileTree tree, ContentSource contents) throws IOException {
    Map<String, ControlStanza> packages = new TreeMap<>();
    for (ControlStanza each :
        ControlStanza.parseAll(text(tree, contents, DATABASE.resolve("status")))) {
      packages.put(each.required("Package"), each);
    }
    return new PackageRecords(tree, contents, packages);
  }

  private static String text(FileTree tree, ContentSource contents, TreePath path)
      throws IOException {
    if (!(tree.find(path).orElse(null) instanceof Inode.RegularFile file)) {
      return "";
    }
    ByteSource bytes = contents.open(file.content());
    return new String(bytes.readAll(LARGEST), StandardCharsets.UTF_8);
  }

  /// The package that brought a file, in the spelling of today or of before `/usr` was merged.
  Optional<Item> owner(TreePath path) throws IOException {
    String real = path.absolute();
    Set<String> spellings = new LinkedHashSet<>(List.of(real));
    if (real.startsWith("/usr/")) {
      spellings.add(real.substring("/usr".length()));
    }
    for (Map.Entry<String, ControlStanza> each : packages.entrySet()) {
      for (String id :
          List.of(each.getKey(), each.getKey() + ":" + each.getValue().text("Architecture"))) {
        String list = text(tree, contents, DATABASE.resolve("info").resolve(id + ".list"));
        if (list.lines().anyMatch(spellings::contains)) {
          return Optional.of(new Item(each.getKey(), each.getValue().text("Version")));
        }
      }
    }
    return Optional.empty();
  }

  /// The packages wished for, then what they depend on, and so on: each package once, as early as it comes.
  List<List<String>> levels(List<PackageWish> wishes) throws IOException {
    List<List<String>> levels = new ArrayList<>();
    Set<String> seen = new LinkedHashSet<>();
    List<String> level =
        packages.keySet().stream()
            .filter(name -> wishes.stream().anyMatch(wish -> Glob.of(wish.name()).matches(name)))
            .toList();
    while (!level.isEmpty()) {
      levels.add(level);
      seen.addAll(level);
      Set<String> next = new LinkedHashSet<>();
      for (String name : level) {
        next.addAll(dependencies(Objects.requireNonNull(packages.get(name), name)));
      }
      next.removeAll(seen);
      level = List.copyOf(next);
    }
    return levels;
  }

  private List<String> dependencies(ControlStanza item) throws IOException {
    List<String> names = new ArrayList<>();
    for (String field : List.of("Pre-Depends", "Depends")) {
      for (List<Relation> clause : Relations.parse(item.text(field)).clauses()) {
        clause.stream().map(Relation::name).filter(packages::containsKey).forEach(names::add);
      }
    }
    return names;
  }
}
