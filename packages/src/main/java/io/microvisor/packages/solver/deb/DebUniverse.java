package io.microvisor.packages.solver.deb;

import io.microvisor.packages.catalog.PackageCatalog;
import io.microvisor.packages.deb.DebPackage;
import io.microvisor.packages.deb.Relation;
import io.microvisor.packages.deb.Relations;
import io.microvisor.packages.solver.Exclusion;
import io.microvisor.packages.solver.Meaning;
import io.microvisor.packages.solver.Requirement;
import io.microvisor.packages.solver.Terms;
import io.microvisor.packages.solver.Universe;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/// The packages of some indexes, for a system of one architecture.
///
/// A package whose relationships cannot be read can never be taken, and the chain of reasons says so; it does not spoil
/// the others. A package is looked at when the search comes to it.
///
/// Not for several threads.
public final class DebUniverse implements Universe<DebPackage> {
  private final DebPolicy policy;
  private final DebCandidates candidates;

  private DebUniverse(DebPolicy policy, DebCandidates candidates) {
    this.policy = policy;
    this.candidates = candidates;
  }

  /// A universe of packages; of equal name, version and architecture only the first counts.
  public static DebUniverse of(Iterable<DebPackage> packages, DebPolicy policy) {
    List<DebPackage> all = new ArrayList<>();
    packages.forEach(all::add);
    return of(PackageCatalog.of(all), policy);
  }

  /// A universe of the packages in a catalogue; of equal name, version and architecture only the first counts.
  public static DebUniverse of(PackageCatalog packages, DebPolicy policy) {
    return offered(List.of(new Offer(packages, policy.pin())), policy);
  }

  /// A universe of what several archives offer; of equal name, version and architecture only the best pinned counts,
  /// else the first.
  public static DebUniverse offered(List<Offer> offers, DebPolicy policy) {
    return new DebUniverse(policy, DebCandidates.of(offers, policy));
  }

  /// A universe of nothing but packages that were chosen before, for `Reasons`: none is pinned away any more.
  public static DebUniverse chosen(Iterable<DebPackage> packages, DebPolicy policy) {
    return of(packages, policy.withPin(_ -> 500));
  }

  @Override
  public int size() {
    return candidates.size();
  }

  @Override
  public DebPackage item(int candidate) {
    return candidates.item(candidate);
  }

  @Override
  public String name(int candidate) {
    return item(candidate).name();
  }

  @Override
  public String version(int candidate) {
    return item(candidate).version().toString();
  }

  @Override
  public String nameIn(Requirement requirement, int candidate) {
    return switch (requirement.kind()) {
      case ALWAYS -> name(candidate);
      case WISH, NEEDS_FIRST, NEEDS, RECOMMENDS, SUGGESTS -> {
        try {
          yield Relations.of(requirement.text()).clauses().stream()
              .flatMap(List::stream)
              .filter(relation -> candidates.satisfying(relation).contains(candidate))
              .findFirst()
              .map(Relation::name)
              .orElse(name(candidate));
        } catch (UncheckedIOException _) {
          // A wish in no relationship's words, such as name=version, names what it means.
          yield name(candidate);
        }
      }
    };
  }

  @Override
  public String unusable(Requirement requirement) {
    try {
      return Relations.of(requirement.text()).clauses().stream()
          .flatMap(List::stream)
          .map(relation -> candidates.leftOut(relation.name()))
          .filter(what -> !what.isEmpty())
          .collect(Collectors.joining("; "));
    } catch (UncheckedIOException _) {
      return ""; // What cannot be read names nothing.
    }
  }

  @Override
  public Terms terms(int candidate) {
    DebPackage item = item(candidate);
    try {
      List<Requirement> requirements = new ArrayList<>();
      require(item.preDepends(), Requirement.Kind.NEEDS_FIRST, "pre-depends on", requirements);
      require(item.depends(), Requirement.Kind.NEEDS, "needs", requirements);
      if (policy.recommends()) {
        require(item.recommends(), Requirement.Kind.RECOMMENDS, "recommends", requirements);
      }
      if (policy.suggests()) {
        require(item.suggests(), Requirement.Kind.SUGGESTS, "suggests", requirements);
      }
      List<Exclusion> exclusions = new ArrayList<>();
      List<Integer> versions = candidates.named(item.name());
      if (versions.size() > 1) {
        exclusions.add(new Exclusion("cannot stand beside", versions));
      }
      exclude(item.conflicts(), "conflicts with", exclusions);
      exclude(item.breaks(), "breaks", exclusions);
      return new Terms(requirements, exclusions);
    } catch (UncheckedIOException e) {
      String what = "something unreadable, " + e.getMessage();
      return new Terms(
          List.of(new Requirement(Requirement.Kind.NEEDS, "needs", what, List.of())), List.of());
    }
  }

  private void require(
      Relations relations, Requirement.Kind kind, String verb, List<Requirement> into) {
    for (List<Relation> clause : relations.clauses()) {
      into.add(requirement(clause, kind, verb));
    }
  }

  private Requirement requirement(List<Relation> alternatives, Requirement.Kind kind, String verb) {
    List<Integer> satisfiers;
    if (alternatives.size() == 1) {
      satisfiers = candidates.satisfying(alternatives.getFirst());
    } else {
      Set<Integer> all = new LinkedHashSet<>();
      alternatives.forEach(each -> all.addAll(candidates.satisfying(each)));
      satisfiers = List.copyOf(all);
    }
    String text = alternatives.stream().map(Relation::toString).collect(Collectors.joining(" | "));
    return new Requirement(kind, verb, text, satisfiers);
  }

  private void exclude(Relations relations, String verb, List<Exclusion> into) {
    for (List<Relation> clause : relations.clauses()) {
      for (Relation relation : clause) {
        // Conflicting with a name it provides itself is how a package says: only one of us.
        List<Integer> others = candidates.excluded(relation);
        if (!others.isEmpty()) {
          into.add(new Exclusion(verb, others));
        }
      }
    }
  }

  @Override
  public List<Requirement> always() {
    List<Requirement> always = new ArrayList<>();
    for (String name : candidates.alwaysNamed()) {
      DebPackage best = item(candidates.named(name).getFirst());
      String why = best.essential() ? "essential" : best.priority().name().toLowerCase(Locale.ROOT);
      always.add(
          new Requirement(
              Requirement.Kind.ALWAYS,
              "always has",
              name + " (" + why + ")",
              candidates.named(name)));
    }
    return always;
  }

  @Override
  public Meaning meaning(String wish) {
    return new DebWishes(candidates).meaning(wish, this::requirement);
  }
}
