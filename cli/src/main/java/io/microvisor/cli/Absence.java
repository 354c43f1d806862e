package io.microvisor.cli;

import io.microvisor.packages.deb.DebPackage;
import io.microvisor.packages.deb.Relation;
import io.microvisor.packages.deb.Relations;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What the packages of a lock say about one that is not among them.
///
/// @param excluding those that shut it out
/// @param asking those that would like it, or would take it, but have no need of it
record Absence(List<String> excluding, List<String> asking) {
  static Absence of(String name, List<DebPackage> chosen) {
    List<String> excluding = new ArrayList<>();
    List<String> asking = new ArrayList<>();
    for (DebPackage each : chosen) {
      naming(each.conflicts(), name)
          .ifPresent(found -> excluding.add(each.name() + " conflicts with " + found));
      naming(each.breaks(), name)
          .ifPresent(found -> excluding.add(each.name() + " breaks " + found));
      naming(each.preDepends(), name)
          .or(() -> naming(each.depends(), name))
          .ifPresent(_ -> asking.add(each.name() + " takes another in its place"));
      naming(each.recommends(), name).ifPresent(_ -> asking.add(each.name() + " recommends it"));
      naming(each.suggests(), name).ifPresent(_ -> asking.add(each.name() + " suggests it"));
    }
    return new Absence(excluding, asking);
  }

  private static Optional<Relation> naming(Relations relations, String name) {
    try {
      return relations.clauses().stream()
          .flatMap(List::stream)
          .filter(each -> each.name().equals(name))
          .findFirst();
    } catch (UncheckedIOException _) {
      return Optional.empty(); // Not readable, and so it says nothing.
    }
  }

  String words() {
    String nobody =
        asking.isEmpty()
            ? "nothing in it asks for it"
            : "nothing in it needs it (" + String.join(", ", asking) + ")";
    return excluding.isEmpty() ? nobody : nobody + "; " + String.join(", ", excluding);
  }
}
