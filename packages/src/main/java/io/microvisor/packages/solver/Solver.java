package io.microvisor.packages.solver;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

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
          new Resolution.Solved<>(picks(universe, rules, Pruning.prune(rules, taken)));
      case Search.Outcome.Contradiction(List<Rule> core) ->
          Explanation.of(universe, wishes, Core.minimal(rules, core, budget));
      case Search.Outcome.GaveUp(long steps) -> new Resolution.GaveUp<>(steps);
    };
  }

  private static <P> List<Pick<P>> picks(Universe<P> universe, Rules rules, BitSet kept) {
    Integer[] order = kept.stream().filter(v -> v != Rules.SYSTEM).boxed().toArray(Integer[]::new);
    Arrays.sort(order, Comparator.comparing(v -> universe.name(v - 1)));
    Map<Integer, Integer> places = new HashMap<>();
    for (int i = 0; i < order.length; i++) {
      places.put(order[i], i);
    }
    Map<Integer, Why> whys = whys(rules, kept, places);
    List<Pick<P>> picks = new ArrayList<>(order.length);
    for (int variable : order) {
      int candidate = variable - 1;
      Why why = whys.get(variable);
      if (why == null) {
        throw new IllegalStateException(
            universe.name(candidate) + " was picked, but nothing needs it");
      }
      picks.add(
          new Pick<>(
              universe.item(candidate),
              universe.name(candidate),
              universe.version(candidate),
              why));
    }
    return picks;
  }

  /// The shortest reason of each kept variable, breadth first from the system.
  private static Map<Integer, Why> whys(Rules rules, BitSet kept, Map<Integer, Integer> places) {
    Map<Integer, Why> whys = new HashMap<>();
    List<Integer> queue = new ArrayList<>(List.of(Rules.SYSTEM));
    for (int i = 0; i < queue.size(); i++) {
      int owner = queue.get(i);
      for (Rule rule : rules.of(owner)) {
        switch (rule) {
          case Rule.Wished(Wish wish, Requirement requirement) ->
              note(requirement, new Why.Wished(wish), kept, whys, queue);
          case Rule.Always(Requirement requirement) ->
              note(requirement, new Why.Always(requirement.verb()), kept, whys, queue);
          case Rule.Needs(int _, Requirement requirement) ->
              note(
                  requirement,
                  new Why.Needed(
                      places.getOrDefault(owner, 0), requirement.verb(), requirement.text()),
                  kept,
                  whys,
                  queue);
          case Rule.Banned _, Rule.Excludes _ -> {}
        }
      }
    }
    return whys;
  }

  private static void note(
      Requirement requirement, Why why, BitSet kept, Map<Integer, Why> whys, List<Integer> queue) {
    for (int candidate : requirement.satisfiers()) {
      if (kept.get(candidate + 1) && whys.putIfAbsent(candidate + 1, why) == null) {
        queue.add(candidate + 1);
      }
    }
  }
}
