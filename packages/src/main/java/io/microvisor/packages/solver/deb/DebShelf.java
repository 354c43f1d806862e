package io.microvisor.packages.solver.deb;

import io.microvisor.packages.deb.DebPackage;
import io.microvisor.packages.deb.DebVersion;
import io.microvisor.packages.deb.MultiArch;
import io.microvisor.packages.deb.Relation;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Packages in the order of preference within their names, and who provides what. Names are in alphabetical order.
final class DebShelf {
  /// A candidate that provides a name, in some version or in none.
  ///
  /// @param plainly whether it satisfies who asks for the name
  /// @param any whether it satisfies who asks for `name:any`
  private record Provider(int candidate, List<DebVersion> version, boolean plainly, boolean any) {}

  /// What makes two packages the same.
  private record Build(String name, DebVersion version, String architecture) {}

  private final String architecture;
  private final List<DebPackage> items;
  private final Map<String, List<Integer>> byName = new LinkedHashMap<>();
  private final Map<String, List<Provider>> providers = new HashMap<>();

  private DebShelf(String architecture, List<DebPackage> items) {
    this.architecture = architecture;
    this.items = items;
  }

  static DebShelf of(Iterable<DebPackage> packages, DebPolicy policy) {
    List<DebPackage> fitting = new ArrayList<>();
    for (DebPackage each : packages) {
      boolean fits =
          each.architecture().equals(policy.architecture()) || each.architecture().equals("all");
      if (fits && policy.pin().applyAsInt(each) >= 0) {
        fitting.add(each);
      }
    }
    fitting.sort(
        Comparator.comparing(DebPackage::name)
            .thenComparing(policy.pin()::applyAsInt, Comparator.reverseOrder())
            .thenComparing(DebPackage::version, Comparator.reverseOrder()));
    List<DebPackage> items = new ArrayList<>(fitting.size());
    DebShelf shelf = new DebShelf(policy.architecture(), items);
    Set<Build> known = new HashSet<>();
    for (DebPackage each : fitting) {
      if (known.add(new Build(each.name(), each.version(), each.architecture()))) {
        shelf.byName.computeIfAbsent(each.name(), _ -> new ArrayList<>(1)).add(items.size());
        items.add(each);
      }
    }
    // What many ask for is shared, not copied.
    shelf.byName.replaceAll((_, candidates) -> List.copyOf(candidates));
    for (int i = 0; i < items.size(); i++) {
      shelf.noteProvided(i);
    }
    // Stable, so that equally good providers stay in the order of their names and versions.
    for (List<Provider> each : shelf.providers.values()) {
      each.sort(Comparator.comparing(provider -> items.get(provider.candidate()), PREFERENCE));
    }
    return shelf;
  }

  /// Which of several providers is better, as apt has it: an essential one, a protected one, one of higher priority.
  private static final Comparator<DebPackage> PREFERENCE =
      Comparator.comparing(DebPackage::essential, Comparator.reverseOrder())
          .thenComparing(DebPackage::isProtected, Comparator.reverseOrder())
          .thenComparing(DebPackage::priority);

  private void noteProvided(int candidate) {
    DebPackage item = items.get(candidate);
    if (item.provides().isEmpty()) {
      return;
    }
    List<List<Relation>> clauses;
    try {
      clauses = item.provides().clauses();
    } catch (UncheckedIOException _) {
      // What cannot be read provides nothing; everything else about the package is sound.
      return;
    }
    for (List<Relation> clause : clauses) {
      Relation provided = clause.getFirst();
      if (!providable(provided)) {
        continue;
      }
      providers
          .computeIfAbsent(provided.name(), _ -> new ArrayList<>(1))
          .add(
              new Provider(
                  candidate,
                  switch (provided.versions()) {
                    case Relation.Versions.Every _ -> List.of();
                    case Relation.Versions.Bounded(Relation.Operator _, DebVersion bound) ->
                        List.of(bound);
                  },
                  !provided.qualifier().equals("any"),
                  provided.qualifier().equals("any")
                      || provided.qualifier().isEmpty() && item.multiArch() == MultiArch.ALLOWED));
    }
  }

  /// Whether this can be provided to a system of this architecture (Debian Policy 7.5 allows no bound but `=`).
  private boolean providable(Relation provided) {
    boolean here =
        switch (provided.qualifier()) {
          case "", "any" -> true;
          default -> provided.qualifier().equals(architecture);
        };
    return here
        && switch (provided.versions()) {
          case Relation.Versions.Every _ -> true;
          case Relation.Versions.Bounded(Relation.Operator operator, DebVersion _) ->
              operator == Relation.Operator.EQUAL;
        };
  }

  int size() {
    return items.size();
  }

  DebPackage item(int candidate) {
    return items.get(candidate);
  }

  /// The names of real packages.
  Set<String> names() {
    return Collections.unmodifiableSet(byName.keySet());
  }

  /// The names only provided.
  Set<String> virtualNames() {
    return Collections.unmodifiableSet(providers.keySet());
  }

  /// The candidates of a name, best first.
  List<Integer> named(String name) {
    return byName.getOrDefault(name, List.of());
  }

  /// The candidates that `Conflicts` or `Breaks` means: of `name:any`, those of every architecture.
  List<Integer> excluded(Relation relation) {
    return relation.qualifier().equals("any")
        ? satisfying(new Relation(relation.name(), "", relation.versions()))
        : satisfying(relation);
  }

  /// The candidates a relationship means, best first: packages of that name before providers of it.
  List<Integer> satisfying(Relation relation) {
    List<Integer> real = named(relation.name());
    List<Provider> virtual = providers.getOrDefault(relation.name(), List.of());
    boolean all =
        relation.qualifier().isEmpty() && relation.versions() instanceof Relation.Versions.Every;
    if (all && virtual.isEmpty()) {
      return real;
    }
    Set<Integer> found = new LinkedHashSet<>();
    for (int candidate : real) {
      DebPackage item = items.get(candidate);
      if (ofArchitecture(relation.qualifier(), item) && relation.versions().admit(item.version())) {
        found.add(candidate);
      }
    }
    for (Provider provider : virtual) {
      if (provides(provider, relation.qualifier()) && provides(provider, relation.versions())) {
        found.add(provider.candidate());
      }
    }
    return List.copyOf(found);
  }

  /// What is provided without a version satisfies only what asks for none (Debian Policy 7.5).
  private static boolean provides(Provider provider, Relation.Versions asked) {
    return switch (asked) {
      case Relation.Versions.Every _ -> true;
      case Relation.Versions.Bounded _ -> provider.version().stream().anyMatch(asked::admit);
    };
  }

  private boolean provides(Provider provider, String qualifier) {
    return switch (qualifier) {
      case "any" -> provider.any();
      case "", "native" -> provider.plainly();
      default -> provider.plainly() && qualifier.equals(architecture);
    };
  }

  private boolean ofArchitecture(String qualifier, DebPackage item) {
    return switch (qualifier) {
      case "", "native" -> true;
      case "any" -> item.multiArch() == MultiArch.ALLOWED;
      default -> qualifier.equals(architecture);
    };
  }
}
