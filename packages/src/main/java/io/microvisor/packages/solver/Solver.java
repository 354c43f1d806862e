package io.microvisor.packages.solver;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Answers wishes.
///
/// An answer is sound (every requirement of every pick holds, no pick excludes another), minimal (no pick could be left
/// out, together with what only it needs), follows the universe's preferences where there is a choice, and depends on
/// nothing but the universe and the wishes.
public final class Solver {
  private Solver() {}

  /// The answer, found within [Bounds#DEFAULT].
  public static <P> Resolution<P> solve(Universe<P> universe, List<Wish> wishes) {
    return solve(universe, wishes, Bounds.DEFAULT);
  }

  /// The answer, or [Resolution.GaveUp] when a search reaches the bounds.
  public static <P> Resolution<P> solve(Universe<P> universe, List<Wish> wishes, Bounds bounds) {
    List<Rule> system = new ArrayList<>();
    List<Resolution.Unknown> unknown = new ArrayList<>();
    // Wishes first: what is asked for by name is there before anything is chosen to satisfy others.
    // Their order is
    // theirs, not the writer's: who sorts a list of wishes differently wants the same.
    Map<String, List<Rule>> byText = new TreeMap<>();
    for (Wish wish : new LinkedHashSet<>(wishes)) {
      switch (universe.meaning(wish.text())) {
        case Meaning.Understood(Terms terms) ->
            byText.computeIfAbsent(wish.text(), _ -> new ArrayList<>()).addAll(rules(wish, terms));
        case Meaning.Unknown(String what, List<String> suggestions) ->
            unknown.add(new Resolution.Unknown(wish, what, suggestions));
      }
    }
    if (!unknown.isEmpty()) {
      return new Resolution.Misunderstood<>(unknown);
    }
    byText.values().forEach(system::addAll);
    universe.always().forEach(each -> system.add(new Rule.Always(each)));
    Rules.OfUniverse<P> rules = new Rules.OfUniverse<>(universe, system);
    return switch (OrderedSearch.run(rules, bounds)) {
      case Search.Outcome.Satisfied(List<Integer> taken) ->
          new Resolution.Solved<>(picks(universe, Pruning.prune(rules, taken)));
      case Search.Outcome.Contradiction(List<Rule> core) ->
          Explanation.of(universe, wishes, Core.minimal(rules, core, bounds));
      case Search.Outcome.GaveUp(long steps, long cells) -> new Resolution.GaveUp<>(steps, cells);
    };
  }

  private static List<Rule> rules(Wish wish, Terms terms) {
    List<Rule> rules = new ArrayList<>();
    terms.requirements().forEach(each -> rules.add(new Rule.Wished(wish, each)));
    for (Exclusion exclusion : terms.exclusions()) {
      for (int other : exclusion.others()) {
        rules.add(new Rule.Banned(wish, exclusion.verb(), other + 1));
      }
    }
    return rules;
  }

  private static <P> List<Pick<P>> picks(Universe<P> universe, BitSet kept) {
    return kept.stream()
        .filter(variable -> variable != Rules.SYSTEM)
        .mapToObj(variable -> Pick.of(universe, variable - 1))
        .sorted(Comparator.comparing(Pick::name))
        .toList();
  }
}
