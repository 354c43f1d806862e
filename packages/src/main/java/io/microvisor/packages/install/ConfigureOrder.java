package io.microvisor.packages.install;

import io.microvisor.bytes.FormatException;
import io.microvisor.packages.deb.Relation;
import io.microvisor.packages.deb.Relations;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/// Which packages are configured before all others: the essential and required ones and what they depend on, as an
/// installer does. Without this, dpkg's own order creates system users before /etc/shadow has its first lines.
final class ConfigureOrder {
  private ConfigureOrder() {}

  /// The names of the first packages as dpkg takes them, in order of name; dpkg itself sorts them by their dependencies.
  static SortedSet<String> first(List<Installed> packages) throws FormatException {
    Map<String, Set<Installed>> byName = new HashMap<>();
    ArrayDeque<Installed> left = new ArrayDeque<>();
    for (Installed each : packages) {
      add(byName, each.name(), each);
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
      Installed each = left.remove();
      if (first.add(each.id())) {
        for (String field : List.of("Pre-Depends", "Depends")) {
          for (List<Relation> clause : clauses(each, field)) {
            clause.forEach(r -> left.addAll(byName.getOrDefault(r.name(), none())));
          }
        }
      }
    }
    return first;
  }

  private static Set<Installed> none() {
    return new TreeSet<>((a, b) -> a.id().compareTo(b.id()));
  }

  private static void add(Map<String, Set<Installed>> byName, String name, Installed each) {
    byName.computeIfAbsent(name, n -> none()).add(each);
  }

  private static List<List<Relation>> clauses(Installed each, String field) throws FormatException {
    return Relations.parse(each.control().text(field)).clauses();
  }
}
