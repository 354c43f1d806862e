package io.microvisor.packages.solver.deb;

import io.microvisor.packages.deb.DebPackage;
import io.microvisor.packages.deb.Relation;
import io.microvisor.packages.deb.Relations;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;

/// The order in which dpkg can configure packages: each behind those it depends on.
///
/// Where packages depend on each other in a circle, only their `Pre-Depends` count among them, then names; dpkg breaks
/// a circle as arbitrarily (it prefers to begin with a package without a postinst, which an index does not tell).
public final class InstallOrder {
  private final List<DebPackage> packages;
  private final List<int[]> before;
  private final List<int[]> strictlyBefore;

  private InstallOrder(List<DebPackage> packages) {
    this.packages = packages;
    DebShelf shelf = DebShelf.of(packages, DebPolicy.of(architecture(packages)));
    List<int[]> strictly = new ArrayList<>();
    List<int[]> all = new ArrayList<>();
    for (DebPackage each : packages) {
      List<Integer> first = new ArrayList<>();
      gather(each.preDepends(), shelf, first);
      strictly.add(first.stream().mapToInt(i -> i).toArray());
      gather(each.depends(), shelf, first);
      all.add(first.stream().mapToInt(i -> i).toArray());
    }
    this.strictlyBefore = strictly;
    this.before = all;
  }

  /// The packages in an order in which they can be configured.
  ///
  /// @param chosen a sound set, of one architecture and `all`
  public static List<DebPackage> of(List<DebPackage> chosen) {
    List<DebPackage> sorted =
        chosen.stream().sorted(Comparator.comparing(DebPackage::name)).distinct().toList();
    return new InstallOrder(sorted).order();
  }

  private static String architecture(List<DebPackage> packages) {
    return packages.stream()
        .map(DebPackage::architecture)
        .filter(architecture -> !architecture.equals("all"))
        .findFirst()
        .orElse("all");
  }

  private static void gather(Relations relations, DebShelf shelf, List<Integer> into) {
    for (List<Relation> clause : relations.clauses()) {
      for (Relation relation : clause) {
        for (int candidate : shelf.satisfying(relation)) {
          // Both are in the order of names, and each name is there once.
          into.add(candidate);
        }
      }
    }
  }

  private List<DebPackage> order() {
    List<DebPackage> order = new ArrayList<>();
    BitSet all = new BitSet();
    all.set(0, packages.size());
    for (List<Integer> circle : new Circles(before, all).inOrder()) {
      BitSet members = new BitSet();
      circle.forEach(members::set);
      // A circle of Pre-Depends is no sound archive; then the order within it is as good as any.
      for (List<Integer> inner : new Circles(strictlyBefore, members).inOrder()) {
        inner.stream().sorted().map(packages::get).forEach(order::add);
      }
    }
    return order;
  }

  /// Strongly connected components (Tarjan), those that must come first first.
  private static final class Circles {
    private final List<int[]> edges;
    private final BitSet members;
    private final int[] index;
    private final int[] low;
    private final BitSet open = new BitSet();
    private final List<Integer> stack = new ArrayList<>();
    private final List<List<Integer>> found = new ArrayList<>();
    private int visited;

    Circles(List<int[]> edges, BitSet members) {
      this.edges = edges;
      this.members = members;
      this.index = new int[edges.size()];
      this.low = new int[edges.size()];
    }

    List<List<Integer>> inOrder() {
      members.stream().filter(member -> index[member] == 0).forEach(this::visit);
      return found;
    }

    /// As deep as the longest chain of dependencies, which is some dozens in practice.
    private void visit(int member) {
      if (index[member] != 0) {
        return;
      }
      visited++;
      index[member] = visited;
      low[member] = visited;
      stack.addLast(member);
      open.set(member);
      for (int other : edges.get(member)) {
        if (!members.get(other)) {
          continue;
        }
        if (index[other] == 0) {
          visit(other);
          low[member] = Math.min(low[member], low[other]);
        } else if (open.get(other)) {
          low[member] = Math.min(low[member], index[other]);
        }
      }
      if (low[member] == index[member]) {
        List<Integer> circle = new ArrayList<>();
        int last;
        do {
          last = stack.removeLast();
          open.clear(last);
          circle.add(last);
        } while (last != member);
        found.add(circle);
      }
    }
  }
}
