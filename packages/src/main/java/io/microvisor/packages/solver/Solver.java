package io.microvisor.packages.solver;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;

/// Answers wishes.
///
/// An answer is sound (every requirement of every pick holds, no pick excludes another), minimal (no pick could be left
/// out, together with what only it needs), follows the universe's preferences where there is a choice, and depends on
/// nothing but the universe and the wishes.
public final class Solver {
  /// The steps a search may take unless told otherwise: some seconds. A real index needs under a hundred thousand.
  public static final long DEFAULT_BUDGET = 20_000_000;

  private Solver() {}

  /// The answer, found within [#DEFAULT_BUDGET].
  public static <P> Resolution<P> solve(Universe<P> universe, List<Wish> wishes) {
    return solve(universe, wishes, DEFAULT_BUDGET);
  }

  /// The answer, or [Resolution.GaveUp] after about `budget` steps.
  public static <P> Resolution<P> solve(Universe<P> universe, List<Wish> wishes, long budget) {
    List<Rule> system = new ArrayList<>();
    List<Resolution.Unknown> unknown = new ArrayList<>();
    // Wishes first: what is asked for by name is there before anything is chosen to satisfy others.
    for (Wish wish : wishes) {
      switch (universe.meaning(wish.text())) {
        case Meaning.Understood(Terms terms) -> {
          terms.requirements().forEach(each -> system.add(new Rule.Wished(wish, each)));
          for (Exclusion exclusion : terms.exclusions()) {
            for (int other : exclusion.others()) {
              system.add(new Rule.Banned(wish, exclusion.verb(), other + 1));
            }
          }
        }
        case Meaning.Unknown(String what, List<String> suggestions) ->
            unknown.add(new Resolution.Unknown(wish, what, suggestions));
      }
    }
    if (!unknown.isEmpty()) {
      return new Resolution.Misunderstood<>(unknown);
    }
    universe.always().forEach(each -> system.add(new Rule.Always(each)));
    Rules.OfUniverse<P> rules = new Rules.OfUniverse<>(universe, system);
    return switch (new Search(rules, budget).run()) {
      case Search.Outcome.Satisfied(List<Integer> taken) ->
          new Resolution.Solved<>(picks(universe, Pruning.prune(rules, taken)));
      case Search.Outcome.Contradiction(List<Rule> core) ->
          Explanation.of(universe, wishes, Core.minimal(rules, core, budget));
      case Search.Outcome.GaveUp(long steps) -> new Resolution.GaveUp<>(steps);
    };
  }

  private static <P> List<Pick<P>> picks(Universe<P> universe, BitSet kept) {
    return kept.stream()
        .filter(variable -> variable != Rules.SYSTEM)
        .mapToObj(variable -> Pick.of(universe, variable - 1))
        .sorted(Comparator.comparing(Pick::name))
        .toList();
  }
}
