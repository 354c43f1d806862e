package io.microvisor.packages.catalog;

import io.microvisor.packages.deb.DebPackage;
import io.microvisor.packages.deb.Priority;
import io.microvisor.packages.deb.Relation;
import io.microvisor.packages.deb.Relations;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;

/// A catalogue of packages at hand: for few of them, and to compare the binary one with.
final class ListCatalog implements PackageCatalog {
  private final List<DebPackage> packages;
  private final SortedMap<String, List<Integer>> byName = new TreeMap<>();
  private final SortedMap<String, List<Provided>> providers = new TreeMap<>();

  private final List<LeftOut> leftOut;

  ListCatalog(List<DebPackage> packages, List<LeftOut> leftOut) {
    this.leftOut = List.copyOf(leftOut);
    this.packages = List.copyOf(packages);
    for (int i = 0; i < this.packages.size(); i++) {
      DebPackage each = this.packages.get(i);
      byName.computeIfAbsent(each.name(), _ -> new ArrayList<>(1)).add(i);
      for (Relation provided : provided(each.provides())) {
        providers
            .computeIfAbsent(provided.name(), _ -> new ArrayList<>(1))
            .add(new Provided(i, provided));
      }
    }
  }

  @Override
  public List<LeftOut> leftOut() {
    return leftOut;
  }

  /// What a package provides; nothing where that cannot be read, for everything else about the package is sound.
  static List<Relation> provided(Relations provides) {
    if (provides.isEmpty()) {
      return List.of();
    }
    try {
      return provides.clauses().stream()
          .map(List::getFirst)
          .filter(ListCatalog::isProvidable)
          .toList();
    } catch (UncheckedIOException _) {
      return List.of();
    }
  }

  /// Debian Policy 7.5 allows no bound but `=`.
  private static boolean isProvidable(Relation provided) {
    return switch (provided.versions()) {
      case Relation.Versions.Every _ -> true;
      case Relation.Versions.Bounded bounded -> bounded.operator() == Relation.Operator.EQUAL;
    };
  }

  @Override
  public int size() {
    return packages.size();
  }

  @Override
  public DebPackage item(int position) {
    return packages.get(position);
  }

  @Override
  public int[] named(String name) {
    return byName.getOrDefault(name, List.of()).stream().mapToInt(Integer::intValue).toArray();
  }

  @Override
  public List<Provided> providers(String name) {
    return List.copyOf(providers.getOrDefault(name, List.of()));
  }

  @Override
  public List<String> names() {
    return List.copyOf(byName.keySet());
  }

  @Override
  public List<String> providedNames() {
    return List.copyOf(providers.keySet());
  }

  @Override
  public int[] essential() {
    return IntStream.range(0, size()).filter(i -> item(i).essential()).toArray();
  }

  @Override
  public int[] ofPriority(Priority priority) {
    return IntStream.range(0, size()).filter(i -> item(i).priority() == priority).toArray();
  }

  @Override
  public List<SearchHit> search(List<String> words) {
    SearchText.Writer text = new SearchText.Writer();
    packages.forEach(each -> text.add(each.name(), each.version().toString(), ""));
    SearchText written = text.text();
    // Hits of one origin at a time would lose their rank: the origin is looked up by position.
    return written.search(words, position -> item(position).origin());
  }
}
