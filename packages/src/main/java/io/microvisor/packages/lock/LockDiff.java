package io.microvisor.packages.lock;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/// What is different between two locks. Lists are by name.
///
/// @param added packages only the later lock has
/// @param removed packages only the earlier lock has
/// @param changed packages both have, but not the same
public record LockDiff(
    List<LockedPackage> added, List<LockedPackage> removed, List<Change> changed) {
  /// A package before and after.
  public record Change(LockedPackage before, LockedPackage after) {}

  /// The difference between two locks.
  public static LockDiff of(Lock before, Lock after) {
    Map<String, LockedPackage> old = byName(before);
    Map<String, LockedPackage> now = byName(after);
    List<LockedPackage> added = new ArrayList<>();
    List<Change> changed = new ArrayList<>();
    for (LockedPackage each : after.packages()) {
      LockedPackage was = old.get(each.name());
      if (was == null) {
        added.add(each);
      } else if (!was.equals(each)) {
        changed.add(new Change(was, each));
      }
    }
    List<LockedPackage> removed =
        before.packages().stream().filter(each -> !now.containsKey(each.name())).toList();
    return new LockDiff(List.copyOf(added), removed, List.copyOf(changed));
  }

  /// Whether both locks have the same packages.
  public boolean isEmpty() {
    return added.isEmpty() && removed.isEmpty() && changed.isEmpty();
  }

  /// The difference for people, a line a package, by name: `+ less 668-1`, `- nano 8.4-1`, `^ curl 8.1-1 -> 8.2-1`
  /// (newer), `v` (older), `~` (the same version, but other bytes or from elsewhere).
  public List<String> lines() {
    record Line(String name, String text) {}
    List<Line> lines = new ArrayList<>();
    added.forEach(
        each -> lines.add(new Line(each.name(), "+ " + each.name() + " " + each.version())));
    removed.forEach(
        each -> lines.add(new Line(each.name(), "- " + each.name() + " " + each.version())));
    changed.forEach(each -> lines.add(new Line(each.after().name(), line(each))));
    return lines.stream().sorted(Comparator.comparing(Line::name)).map(Line::text).toList();
  }

  private static String line(Change change) {
    LockedPackage before = change.before();
    LockedPackage after = change.after();
    int order = before.version().compareTo(after.version());
    if (order != 0) {
      String versions = after.name() + " " + before.version() + " -> " + after.version();
      return (order < 0 ? "^ " : "v ") + versions;
    }
    String what =
        before.sha256().equals(after.sha256())
            ? "now from " + after.origin() + " " + after.filename()
            : "the same version, but other bytes";
    return "~ " + after.name() + " " + after.version() + ": " + what;
  }

  private static Map<String, LockedPackage> byName(Lock lock) {
    return lock.packages().stream()
        .collect(Collectors.toMap(LockedPackage::name, Function.identity()));
  }
}
