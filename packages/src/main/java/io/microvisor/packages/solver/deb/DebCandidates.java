package io.microvisor.packages.solver.deb;

import io.microvisor.packages.catalog.LeftOut;
import io.microvisor.packages.catalog.PackageCatalog;
import io.microvisor.packages.deb.DebPackage;
import io.microvisor.packages.deb.DebVersion;
import io.microvisor.packages.deb.MultiArch;
import io.microvisor.packages.deb.Priority;
import io.microvisor.packages.deb.Relation;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Packages in the order of preference within their names, and who provides what. A candidate is the position of a
/// package in all offers joined; those that do not fit the policy, or repeat another, are under no name.
///
/// An archive is much larger than what a solution looks at, so a name is looked up when it is first asked for.
///
/// Not for several threads.
final class DebCandidates {
  private final DebPolicy policy;
  private final List<Offer> offers;
  private final PackageCatalog catalog;
  private final @Nullable DebPackage[] items;
  private final Map<String, List<Integer>> byName = new HashMap<>();
  private final Map<String, List<PackageCatalog.Provided>> providers = new HashMap<>();

  private DebCandidates(DebPolicy policy, List<Offer> offers) {
    this.policy = policy;
    this.offers = offers;
    this.catalog = PackageCatalog.joined(offers.stream().map(Offer::packages).toList());
    this.items = new DebPackage[catalog.size()];
  }

  static DebCandidates of(List<Offer> offers, DebPolicy policy) {
    return new DebCandidates(policy, List.copyOf(offers));
  }

  int size() {
    return items.length;
  }

  DebPackage item(int candidate) {
    DebPackage known = items[candidate];
    if (known == null) {
      known = catalog.item(candidate);
      items[candidate] = known;
    }
    return known;
  }

  /// What the indexes have of a name and could not be read, in words; empty where nothing is.
  String leftOut(String name) {
    return catalog.leftOut().stream()
        .filter(each -> each.name().equals(name))
        .map(LeftOut::toString)
        .distinct()
        .collect(Collectors.joining("; "));
  }

  /// The names of real packages, in alphabetical order.
  Set<String> names() {
    Set<String> names = new LinkedHashSet<>();
    for (String name : catalog.names()) {
      if (!named(name).isEmpty()) {
        names.add(name);
      }
    }
    return Collections.unmodifiableSet(names);
  }

  /// The names that packages provide.
  Set<String> virtualNames() {
    Set<String> names = new LinkedHashSet<>();
    for (String name : catalog.providedNames()) {
      if (!providers(name).isEmpty()) {
        names.add(name);
      }
    }
    return Collections.unmodifiableSet(names);
  }

  /// The names whose best candidate is essential or of one of the policy's priorities, in alphabetical order.
  SortedSet<String> alwaysNamed() {
    SortedSet<String> possible = new TreeSet<>();
    for (int candidate : catalog.essential()) {
      possible.add(item(candidate).name());
    }
    for (Priority priority : policy.priorities()) {
      for (int candidate : catalog.ofPriority(priority)) {
        possible.add(item(candidate).name());
      }
    }
    possible.removeIf(name -> named(name).isEmpty() || !isAlways(item(named(name).getFirst())));
    return possible;
  }

  private boolean isAlways(DebPackage item) {
    return item.essential() || policy.priorities().contains(item.priority());
  }

  /// The candidates of a name, best first.
  List<Integer> named(String name) {
    List<Integer> known = byName.get(name);
    if (known == null) {
      known = shelve(catalog.named(name));
      byName.put(name, known);
    }
    return known;
  }

  private List<Integer> shelve(int[] positions) {
    List<Integer> fitting = new ArrayList<>(positions.length);
    for (int candidate : positions) {
      String architecture = item(candidate).architecture();
      boolean fits = architecture.equals(policy.architecture()) || architecture.equals("all");
      if (fits && pin(candidate) >= 0) {
        fitting.add(candidate);
      }
    }
    if (fitting.size() < 2) {
      return List.copyOf(fitting);
    }
    fitting.sort(this::order);
    List<Integer> different = new ArrayList<>(fitting.size());
    Set<Build> known = new HashSet<>();
    for (int candidate : fitting) {
      if (known.add(new Build(item(candidate).version(), item(candidate).architecture()))) {
        different.add(candidate);
      }
    }
    return List.copyOf(different);
  }

  /// What makes two packages of a name the same.
  private record Build(DebVersion version, String architecture) {}

  /// By name, then the best first.
  private int order(int a, int b) {
    int order = item(a).name().compareTo(item(b).name());
    if (order == 0) {
      order = Integer.compare(pin(b), pin(a));
    }
    if (order == 0) {
      order = item(b).version().compareTo(item(a).version());
    }
    return order != 0 ? order : Integer.compare(a, b);
  }

  private int pin(int candidate) {
    int end = 0;
    for (Offer offer : offers) {
      end += offer.packages().size();
      if (candidate < end) {
        return offer.pin().applyAsInt(item(candidate));
      }
    }
    throw new IndexOutOfBoundsException(candidate);
  }

  /// Who provides a name, best first; of equally good ones in the order of their names and versions.
  private List<PackageCatalog.Provided> providers(String name) {
    List<PackageCatalog.Provided> known = providers.get(name);
    if (known == null) {
      known = new ArrayList<>();
      for (PackageCatalog.Provided each : catalog.providers(name)) {
        if (forHere(each.as()) && named(item(each.position()).name()).contains(each.position())) {
          known.add(each);
        }
      }
      known.sort((a, b) -> preference(a.position(), b.position()));
      providers.put(name, known);
    }
    return known;
  }

  /// Which of several providers is better, as apt has it: an essential one, a protected one, one of higher priority.
  private int preference(int a, int b) {
    DebPackage one = item(a);
    DebPackage other = item(b);
    int order = Boolean.compare(other.essential(), one.essential());
    if (order == 0) {
      order = Boolean.compare(other.isProtected(), one.isProtected());
    }
    if (order == 0) {
      order = one.priority().compareTo(other.priority());
    }
    return order != 0 ? order : order(a, b);
  }

  /// Whether this is provided to a system of this architecture.
  private boolean forHere(Relation provided) {
    return switch (provided.qualifier()) {
      case "", "any" -> true;
      default -> provided.qualifier().equals(policy.architecture());
    };
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
    List<PackageCatalog.Provided> virtual = providers(relation.name());
    boolean all =
        relation.qualifier().isEmpty() && relation.versions() instanceof Relation.Versions.Every;
    if (all && virtual.isEmpty()) {
      return real; // What many ask for is shared, not copied.
    }
    Set<Integer> found = new LinkedHashSet<>();
    for (int candidate : real) {
      DebPackage item = item(candidate);
      if (ofArchitecture(relation.qualifier(), item) && relation.versions().admit(item.version())) {
        found.add(candidate);
      }
    }
    for (PackageCatalog.Provided provider : virtual) {
      if (provides(provider, relation.qualifier())
          && provides(provider.as(), relation.versions())) {
        found.add(provider.position());
      }
    }
    return List.copyOf(found);
  }

  /// What is provided without a version satisfies only what asks for none (Debian Policy 7.5).
  private static boolean provides(Relation provided, Relation.Versions asked) {
    return switch (asked) {
      case Relation.Versions.Every _ -> true;
      case Relation.Versions.Bounded _ ->
          switch (provided.versions()) {
            case Relation.Versions.Every _ -> false;
            case Relation.Versions.Bounded(Relation.Operator _, DebVersion bound) ->
                asked.admit(bound);
          };
    };
  }

  /// Whether a provider satisfies who asks for the name with this qualifier.
  private boolean provides(PackageCatalog.Provided provider, String qualifier) {
    String as = provider.as().qualifier();
    return switch (qualifier) {
      case "any" ->
          as.equals("any")
              || as.isEmpty() && item(provider.position()).multiArch() == MultiArch.ALLOWED;
      case "", "native" -> !as.equals("any");
      default -> !as.equals("any") && qualifier.equals(policy.architecture());
    };
  }

  private boolean ofArchitecture(String qualifier, DebPackage item) {
    return switch (qualifier) {
      case "", "native" -> true;
      case "any" -> item.multiArch() == MultiArch.ALLOWED;
      default -> qualifier.equals(policy.architecture());
    };
  }
}
