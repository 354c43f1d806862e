package io.microvisor.packages.supply;

import io.microvisor.packages.deb.DebPackage;
import io.microvisor.packages.deb.Relation;
import io.microvisor.packages.deb.Relations;
import io.microvisor.packages.lock.LockDiff;
import io.microvisor.packages.lock.LockedPackage;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Why an update changed more than the packages it was for. Every sentence is about what the new set says of itself, so
/// that it can be checked; where nothing in it speaks for a change, there is no sentence.
public final class UpdateReasons {
  private final List<DebPackage> chosen;
  private final Map<String, LockedPackage> gone;

  private UpdateReasons(List<DebPackage> chosen, List<LockedPackage> gone) {
    this.chosen = chosen;
    this.gone = gone.stream().collect(Collectors.toMap(LockedPackage::name, each -> each));
  }

  /// The reasons by package, in words that complete `curl 8.1-1 -> 8.2-1: ...`.
  ///
  /// @param diff what changed
  /// @param chosen the packages there are now
  /// @param gone those of before that cannot be had any more
  /// @param moving names that were to change, which need no reason
  public static SortedMap<String, String> of(
      LockDiff diff, List<DebPackage> chosen, List<LockedPackage> gone, Set<String> moving) {
    UpdateReasons reasons = new UpdateReasons(chosen, gone);
    SortedMap<String, String> all = new TreeMap<>();
    for (LockedPackage added : diff.added()) {
      reasons.needing(added.name(), _ -> true).ifPresent(text -> all.put(added.name(), text));
    }
    for (LockDiff.Change change : diff.changed()) {
      if (!moving.contains(change.after().name())) {
        reasons.moved(change).ifPresent(text -> all.put(change.after().name(), text));
      }
    }
    for (LockedPackage removed : diff.removed()) {
      all.put(removed.name(), reasons.removed(removed));
    }
    return all;
  }

  private Optional<String> moved(LockDiff.Change change) {
    LockedPackage before = change.before();
    if (gone.containsKey(before.name())) {
      return Optional.of(before.version() + " cannot be had any more");
    }
    return needing(before.name(), relation -> !relation.versions().admit(before.version()))
        .or(() -> excluding(before));
  }

  private String removed(LockedPackage removed) {
    return excluding(removed)
        .orElse(
            needing(removed.name(), _ -> true).isPresent()
                ? "another takes its place"
                : "nothing needs it any more");
  }

  /// Who needs a package of this name in a way that `relation` describes, besides itself.
  private Optional<String> needing(String name, Predicate<Relation> relation) {
    for (DebPackage each : chosen) {
      if (each.name().equals(name)) {
        continue;
      }
      for (Kind kind :
          List.of(
              new Kind("needs", each.preDepends()),
              new Kind("needs", each.depends()),
              new Kind("recommends", each.recommends()))) {
        Optional<Relation> found =
            alternatives(kind.relations())
                .filter(r -> r.name().equals(name) && relation.test(r))
                .findFirst();
        if (found.isPresent()) {
          return Optional.of(kind.words(each, found.get()));
        }
      }
    }
    return Optional.empty();
  }

  /// One of a package's relationship fields, with the verb that tells of it.
  private record Kind(String verb, Relations relations) {
    String words(DebPackage item, Relation relation) {
      return item.name() + " " + item.version() + " " + verb + " " + relation;
    }
  }

  private Optional<String> excluding(LockedPackage before) {
    for (DebPackage each : chosen) {
      if (each.name().equals(before.name())) {
        continue;
      }
      for (Kind kind :
          List.of(
              new Kind("conflicts with", each.conflicts()), new Kind("breaks", each.breaks()))) {
        Optional<Relation> found =
            alternatives(kind.relations())
                .filter(r -> r.name().equals(before.name()) && r.versions().admit(before.version()))
                .findFirst();
        if (found.isPresent()) {
          return Optional.of(kind.words(each, found.get()));
        }
      }
    }
    return Optional.empty();
  }

  private static Stream<Relation> alternatives(Relations relations) {
    try {
      return relations.clauses().stream().flatMap(List::stream);
    } catch (UncheckedIOException _) {
      return Stream.empty(); // Not readable, and so nobody's reason.
    }
  }
}
