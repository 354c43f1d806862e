package io.microvisor.packages.install;

import io.microvisor.bytes.FormatException;
import io.microvisor.packages.deb.Relation;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/// In which order packages are installed, as an installer with apt does it: the essential and required ones and what
/// they depend on are configured before any other's preinst runs; and before any preinst, all that its package depends
/// on beforehand (`Pre-Depends`, Debian Policy 7.2). Within a batch dpkg itself sorts by dependencies and breaks cycles.
final class ConfigureOrder {
  private static final List<String> EARLY = List.of("base-passwd", "base-files");

  private final Map<String, Set<Installed>> byName = new HashMap<>();
  private final Set<Installed> done = none();
  private final List<Batch> batches = new ArrayList<>();

  /// Packages to configure together.
  ///
  /// @param preinsts those whose preinst scripts run before, in this order
  /// @param configured by name
  record Batch(List<Installed> preinsts, List<Installed> configured) {}

  private ConfigureOrder(List<Installed> packages) throws FormatException {
    for (Installed each : packages) {
      add(each.name(), each);
      for (List<Relation> clause : each.relations("Provides")) {
        clause.forEach(relation -> add(relation.name(), each));
      }
    }
  }

  /// The batches; each package is in exactly one.
  static List<Batch> of(List<Installed> packages) throws FormatException {
    ConfigureOrder order = new ConfigureOrder(packages);
    order.add(first(packages));
    List<Installed> byId = packages.stream().sorted(Comparator.comparing(Installed::id)).toList();
    for (Installed each : byId) {
      if (hasPreinst(each)) {
        order.before(each, none());
      }
    }
    order.add(byId);
    return order.batches;
  }

  /// The packages that an installer configures before all others.
  static Set<Installed> first(List<Installed> packages) throws FormatException {
    return new ConfigureOrder(packages)
        .closure(
            packages.stream()
                .filter(each ->
                    each.control().text("Essential").equals("yes")
                        || each.control().text("Priority").equals("required"))
                .toList());
  }

  /// Sees to it that what a package and all it depends on depend on beforehand is in a batch before theirs.
  private void before(Installed each, Set<Installed> seen) throws FormatException {
    for (Installed needed : closure(List.of(each))) {
      if (hasPreinst(needed) && seen.add(needed)) {
        List<Installed> beforehand = targets(needed, "Pre-Depends");
        for (Installed one : beforehand) {
          before(one, seen);
        }
        add(beforehand);
      }
    }
  }

  private static boolean hasPreinst(Installed each) {
    return each.unpacked().controlFiles().containsKey("preinst");
  }

  /// Adds a batch of these and all they depend on, as far as they are in none yet.
  private void add(Collection<Installed> wanted) throws FormatException {
    List<Installed> batch = new ArrayList<>(closure(wanted));
    batch.removeAll(done);
    if (!batch.isEmpty()) {
      done.addAll(batch);
      List<Installed> preinsts =
          batch.stream()
              .filter(ConfigureOrder::hasPreinst)
              .sorted(Comparator.comparingInt(ConfigureOrder::rank).thenComparing(Installed::id))
              .toList();
      batches.add(new Batch(preinsts, batch));
    }
  }

  /// These and all they depend on, by name.
  private SortedSet<Installed> closure(Collection<Installed> wanted) throws FormatException {
    SortedSet<Installed> closure = none();
    ArrayDeque<Installed> left = new ArrayDeque<>(wanted);
    while (!left.isEmpty()) {
      Installed each = left.remove();
      if (!done.contains(each) && closure.add(each)) {
        left.addAll(targets(each, "Pre-Depends"));
        left.addAll(targets(each, "Depends"));
      }
    }
    return closure;
  }

  private List<Installed> targets(Installed each, String field) throws FormatException {
    List<Installed> targets = new ArrayList<>();
    for (List<Relation> clause : each.relations(field)) {
      clause.forEach(r -> targets.addAll(byName.getOrDefault(r.name(), none())));
    }
    return targets;
  }

  private static int rank(Installed each) {
    int early = EARLY.indexOf(each.name());
    return early < 0 ? EARLY.size() : early;
  }

  private static SortedSet<Installed> none() {
    return new TreeSet<>(Comparator.comparing(Installed::id));
  }

  private void add(String name, Installed each) {
    byName.computeIfAbsent(name, n -> none()).add(each);
  }
}
