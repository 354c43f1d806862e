package io.microvisor.packages.lock;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What is different between two locks. Lists are by name.
///
/// @param added packages only the later lock has
/// @param removed packages only the earlier lock has
/// @param changed packages both have, but not the same
/// @param building what became of build packages, a line each
/// @param repositories archives that are not in the same state in both
/// @param wishes inputs that only one of the locks was made from
public record LockDiff(
    List<LockedPackage> added,
    List<LockedPackage> removed,
    List<Change> changed,
    List<String> building,
    List<RepositoryChange> repositories,
    List<InputChange> wishes) {
  public LockDiff {
    building = List.copyOf(building);
    added = List.copyOf(added);
    removed = List.copyOf(removed);
    changed = List.copyOf(changed);
    repositories = List.copyOf(repositories);
    wishes = List.copyOf(wishes);
  }

  /// A package before and after.
  public record Change(LockedPackage before, LockedPackage after) {
    /// What kind of change it is.
    public Kind kind() {
      int order = before.version().compareTo(after.version());
      if (order != 0) {
        return order < 0 ? Kind.UPGRADED : Kind.DOWNGRADED;
      }
      return before.sha256().equals(after.sha256()) ? Kind.MOVED : Kind.REPLACED;
    }
  }

  /// How a package changed.
  public enum Kind {
    /// To a later version.
    UPGRADED("^"),
    /// To an earlier version.
    DOWNGRADED("v"),
    /// The same version, but other bytes: somebody built it anew, or somebody tampers.
    REPLACED("!"),
    /// The same bytes, from elsewhere.
    MOVED("~");

    private final String mark;

    Kind(String mark) {
      this.mark = mark;
    }

    /// One character, for lists.
    public String mark() {
      return mark;
    }
  }

  /// An archive before and after: one of the lists is empty when only one lock knows it.
  public record RepositoryChange(List<LockedRepository> before, List<LockedRepository> after) {
    /// `Debian trixie: 2026-01-10T09:38:31Z -> 2026-02-01T10:00:00Z`.
    @Override
    public String toString() {
      LockedRepository any = before.isEmpty() ? after.getFirst() : before.getFirst();
      String name = (any.origin() + " " + any.suite()).strip() + ": ";
      if (before.isEmpty()) {
        return name + "new, of " + after.getFirst().date();
      }
      if (after.isEmpty()) {
        return name + "gone, was of " + before.getFirst().date();
      }
      LockedRepository was = before.getFirst();
      LockedRepository now = after.getFirst();
      String dates = was.date() + (was.date().equals(now.date()) ? "" : " -> " + now.date());
      return was.signer().equals(now.signer())
          ? name + dates
          : name + dates + ", signed by " + signer(was) + " -> " + signer(now);
    }

    private static String signer(LockedRepository repository) {
      return repository.signer().isEmpty() ? "nobody" : repository.signer();
    }
  }

  /// An input that only one of the locks was made from.
  ///
  /// @param isNew whether it is the later one
  public record InputChange(String input, boolean isNew) {}

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
    return new LockDiff(
        added,
        before.packages().stream().filter(each -> !now.containsKey(each.name())).toList(),
        changed,
        building(before, after),
        repositories(before, after),
        inputs(before.inputs(), after.inputs()));
  }

  private static List<String> building(Lock before, Lock after) {
    return before.buildPackages().equals(after.buildPackages())
        ? List.of()
        : of(before.forBuilding(), after.forBuilding()).lines().stream()
            .map(line -> line + " (build package)")
            .toList();
  }

  /// What only one of two lists of inputs has, in alphabetical order.
  public static List<InputChange> inputs(Collection<String> before, Collection<String> after) {
    TreeSet<String> all = new TreeSet<>(before);
    all.addAll(after);
    return all.stream()
        .filter(each -> before.contains(each) != after.contains(each))
        .map(each -> new InputChange(each, after.contains(each)))
        .toList();
  }

  private static List<RepositoryChange> repositories(Lock before, Lock after) {
    List<RepositoryChange> changes = new ArrayList<>();
    List<LockedRepository> rest = new ArrayList<>(after.repositories());
    for (LockedRepository was : before.repositories()) {
      Optional<LockedRepository> now = rest.stream().filter(each -> isSame(was, each)).findFirst();
      now.ifPresent(rest::remove);
      if (now.isEmpty() || !now.get().equals(was)) {
        changes.add(new RepositoryChange(List.of(was), now.stream().toList()));
      }
    }
    rest.forEach(each -> changes.add(new RepositoryChange(List.of(), List.of(each))));
    return changes;
  }

  private static boolean isSame(LockedRepository one, LockedRepository other) {
    return one.origin().equals(other.origin()) && one.suite().equals(other.suite());
  }

  /// Whether the locks say the same.
  public boolean isEmpty() {
    return isOfSamePackages() && repositories.isEmpty() && wishes.isEmpty();
  }

  /// Whether both locks have the same packages.
  public boolean isOfSamePackages() {
    return added.isEmpty() && removed.isEmpty() && changed.isEmpty() && building.isEmpty();
  }

  /// What changed of the packages for people, a line a package, by name: `+ less 668-1`, `- nano 8.4-1`,
  /// `^ curl 8.1-1 -> 8.2-1` (newer), `v` (older), `!` (the same version, but other bytes), `~` (from elsewhere).
  public List<String> lines() {
    return lines(Map.of());
  }

  /// The same, each line followed by a reason where there is one.
  ///
  /// @param reasons by the package's name
  public List<String> lines(Map<String, String> reasons) {
    record Line(String name, String text) {}
    List<Line> lines = new ArrayList<>();
    added.forEach(
        each -> lines.add(new Line(each.name(), "+ " + each.name() + " " + each.version())));
    removed.forEach(
        each -> lines.add(new Line(each.name(), "- " + each.name() + " " + each.version())));
    changed.forEach(each -> lines.add(new Line(each.after().name(), line(each))));
    Stream<String> packages =
        lines.stream()
            .sorted(Comparator.comparing(Line::name))
            .map(line ->
                reasons.containsKey(line.name())
                    ? line.text() + ": " + reasons.get(line.name())
                    : line.text());
    return Stream.concat(packages, building.stream()).toList();
  }

  /// `4 added, 1 removed, 2 upgraded`; empty when the packages are the same.
  public String summary() {
    List<String> parts = new ArrayList<>();
    count(parts, added.size(), "added");
    count(parts, removed.size(), "removed");
    for (Kind kind : Kind.values()) {
      String word =
          switch (kind) {
            case UPGRADED -> "upgraded";
            case DOWNGRADED -> "downgraded";
            case REPLACED -> "replaced under the same version";
            case MOVED -> "from elsewhere";
          };
      count(parts, changed.stream().filter(each -> each.kind() == kind).count(), word);
    }
    return String.join(", ", parts);
  }

  private static void count(List<String> parts, long count, String word) {
    if (count > 0) {
      parts.add(count + " " + word);
    }
  }

  private static String line(Change change) {
    LockedPackage before = change.before();
    LockedPackage after = change.after();
    String start = change.kind().mark() + " " + after.name() + " " + before.version();
    return switch (change.kind()) {
      case UPGRADED, DOWNGRADED -> start + " -> " + after.version();
      case REPLACED -> start + ": the same version, but other bytes";
      case MOVED -> start + ": now from " + after.origin() + " " + after.filename();
    };
  }

  private static Map<String, LockedPackage> byName(Lock lock) {
    return lock.packages().stream()
        .collect(Collectors.toMap(LockedPackage::name, Function.identity()));
  }
}
