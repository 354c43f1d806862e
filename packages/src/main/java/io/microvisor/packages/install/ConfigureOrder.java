package io.microvisor.packages.install;

import io.microvisor.bytes.FormatException;
import io.microvisor.packages.deb.Relation;
import io.microvisor.packages.deb.Relations;
import io.microvisor.packages.unpack.UnpackedPackage;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

/// Which packages are configured before all others: the essential and required ones and what they depend on, as an
/// installer does. Without this, dpkg's own order creates system users before /etc/shadow has its first lines.
final class ConfigureOrder {
  private ConfigureOrder() {}

  /// The names of the first packages as dpkg takes them, in order of name; dpkg itself sorts them by their dependencies.
  static SortedSet<String> first(List<UnpackedPackage> packages) throws FormatException {
    Map<String, TreeSet<UnpackedPackage>> byName = new HashMap<>();
    ArrayDeque<UnpackedPackage> left = new ArrayDeque<>();
    for (UnpackedPackage each : packages) {
      add(byName, Installed.name(each), each);
      for (List<Relation> clause : clauses(each, "Provides")) {
        clause.forEach(relation -> add(byName, relation.name(), each));
      }
      if (each.control().text("Essential").equals("yes")
          || each.control().text("Priority").equals("required")) {
        left.add(each);
      }
    }
    SortedSet<String> first = new TreeSet<>();
    while (!left.isEmpty()) {
      UnpackedPackage each = left.remove();
      if (first.add(Installed.id(each))) {
        for (String field : List.of("Pre-Depends", "Depends")) {
          for (List<Relation> clause : clauses(each, field)) {
            clause.forEach(r -> left.addAll(byName.getOrDefault(r.name(), none())));
          }
        }
      }
    }
    return first;
  }

  private static TreeSet<UnpackedPackage> none() {
    return new TreeSet<>((a, b) -> Installed.id(a).compareTo(Installed.id(b)));
  }

  private static void add(
      Map<String, TreeSet<UnpackedPackage>> byName, String name, UnpackedPackage each) {
    byName.computeIfAbsent(name, n -> none()).add(each);
  }

  private static List<List<Relation>> clauses(UnpackedPackage each, String field)
      throws FormatException {
    return Relations.parse(each.control().text(field)).clauses();
  }
}
