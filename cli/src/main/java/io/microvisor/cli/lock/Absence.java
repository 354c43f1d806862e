package io.microvisor.cli.lock;

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
  /// @param known the versions of it that archives have
  /// @param chosen the packages of the lock
  static Absence of(String name, List<DebPackage> known, List<DebPackage> chosen) {
    List<String> excluding = new ArrayList<>();
    for (DebPackage each : chosen) {
      if (known.stream().allMatch(one -> shutsOut(one.conflicts(), each))) {
        excluding.add("it conflicts with " + each.name());
      } else if (known.stream().allMatch(one -> shutsOut(one.breaks(), each))) {
        excluding.add("it breaks " + each.name() + " " + each.version());
      }
    }
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

  private static boolean shutsOut(Relations relations, DebPackage other) {
    return naming(relations, other.name())
        .filter(relation -> relation.versions().admit(other.version()))
        .isPresent();
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
