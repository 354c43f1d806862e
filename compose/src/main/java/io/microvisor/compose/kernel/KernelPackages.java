package io.microvisor.compose.kernel;

import io.microvisor.bytes.ContentSource;
import io.microvisor.compose.template.PackageWish;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.FileView;
import io.microvisor.formats.tree.TreePath;
import io.microvisor.packages.deb.ControlStanza;
import io.microvisor.packages.deb.Glob;
import io.microvisor.packages.deb.Relation;
import io.microvisor.packages.deb.Relations;
import io.microvisor.packages.install.InstalledPackages;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Which packages lead to a kernel.
final class KernelPackages {
  private final InstalledPackages packages;

  private KernelPackages(InstalledPackages packages) {
    this.packages = packages;
  }

  /// Those of a tree with a package database.
  static KernelPackages of(FileTree tree, ContentSource contents) throws IOException {
    return new KernelPackages(InstalledPackages.of(FileView.of(tree, contents)));
  }

  /// The name of the package that brought a file.
  Optional<String> owner(TreePath path) throws IOException {
    return packages.owner(path).map(each -> each.text("Package"));
  }

  /// The same with its version.
  Optional<String> release(TreePath path) throws IOException {
    return packages.owner(path).map(each -> each.text("Package") + " " + each.text("Version"));
  }

  /// The packages wished for, then what they depend on, and so on: each package once, as early as it comes.
  List<List<String>> levels(List<PackageWish> wishes) throws IOException {
    List<List<String>> levels = new ArrayList<>();
    Set<String> seen = new LinkedHashSet<>();
    List<String> level =
        packages.all().stream()
            .map(each -> each.text("Package"))
            .filter(name -> wishes.stream().anyMatch(wish -> Glob.of(wish.name()).matches(name)))
            .toList();
    while (!level.isEmpty()) {
      levels.add(level);
      seen.addAll(level);
      Set<String> next = new LinkedHashSet<>();
      for (String name : level) {
        next.addAll(dependencies(packages.find(name).orElseThrow()));
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
        clause.stream()
            .map(Relation::name)
            .filter(name -> packages.find(name).isPresent())
            .forEach(names::add);
      }
    }
    return names;
  }
}
