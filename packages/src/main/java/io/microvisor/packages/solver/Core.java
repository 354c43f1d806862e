package io.microvisor.packages.solver;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Shrinks rules that contradict each other to a set of which none can be left out.
final class Core {
  private Core() {}

  /// First as few wishes as possible, against the whole universe; then as few rules as possible.
  static <P> List<Rule> minimal(
      Rules.OfUniverse<P> rules, List<Rule> contradictory, Bounds bounds) {
    List<Rule> core = contradictory;
    List<Rule> system = rules.of(Rules.SYSTEM);
    List<Wish> wishes = wishes(core);
    system =
        system.stream().filter(rule -> wish(rule).stream().allMatch(wishes::contains)).toList();
    for (Wish wish : wishes.size() > 1 ? wishes : List.<Wish>of()) {
      List<Rule> without =
          system.stream().filter(rule -> wish(rule).stream().noneMatch(wish::equals)).toList();
      switch (OrderedSearch.run(rules.with(without), bounds)) {
        case Search.Outcome.Contradiction(List<Rule> smaller) -> {
          system = without;
          core = smaller;
        }
        case Search.Outcome.Satisfied _, Search.Outcome.GaveUp _ -> {}
      }
    }
    return minimalRules(rules, core, bounds);
  }

  private static List<Wish> wishes(List<Rule> rules) {
    return rules.stream().flatMap(rule -> wish(rule).stream()).distinct().toList();
  }

  static Optional<Wish> wish(Rule rule) {
    return switch (rule) {
      case Rule.Wished(Wish wish, Requirement _) -> Optional.of(wish);
      case Rule.Banned(Wish wish, String _, int _) -> Optional.of(wish);
      case Rule.Always _, Rule.Needs _, Rule.Excludes _, Rule.Circle _ -> Optional.empty();
    };
  }

  /// Leaves out rules one by one, as long as all tries together stay within the bounds: a contradiction of very many
  /// rules is told as it was found.
  private static List<Rule> minimalRules(Rules rules, List<Rule> contradictory, Bounds bounds) {
    List<Rule> core = new ArrayList<>(new LinkedHashSet<>(contradictory));
    long spent = 0;
    // The search's own proof of the core is often much shorter than the core: cheap steps first.
    for (int size = core.size() + 1; core.size() < size && spent < bounds.steps(); ) {
      spent += cost(rules, core);
      size = core.size();
      core = shrink(rules, core, bounds);
    }
    for (int i = 0; i < core.size() && spent < bounds.steps(); ) {
      spent += cost(rules, core);
      List<Rule> without = new ArrayList<>(core);
      without.remove(i);
      switch (search(rules, without, bounds)) {
        // Rules before i are needed, so every proof uses them: i stays where it is.
        case Search.Outcome.Contradiction(List<Rule> used) -> core = ordered(without, used);
        case Search.Outcome.Satisfied _, Search.Outcome.GaveUp _ -> i++;
      }
    }
    return core;
  }

  /// About how many steps it costs to set up and make a search that has nothing to go back on.
  private static long cost(Rules rules, List<Rule> core) {
    return rules.variables() + 50L * core.size();
  }

  /// The rules a proof of contradiction uses, in their old order; all of them when there is no contradiction.
  private static List<Rule> shrink(Rules rules, List<Rule> some, Bounds bounds) {
    return switch (search(rules, some, bounds)) {
      case Search.Outcome.Contradiction(List<Rule> used) -> ordered(some, used);
      case Search.Outcome.Satisfied _, Search.Outcome.GaveUp _ -> some;
    };
  }

  private static List<Rule> ordered(List<Rule> all, List<Rule> used) {
    List<Rule> ordered = new ArrayList<>(all);
    ordered.retainAll(new HashSet<>(used));
    return ordered;
  }

  private static Search.Outcome search(Rules rules, List<Rule> some, Bounds bounds) {
    Map<Integer, List<Rule>> byOwner = new HashMap<>();
    for (Rule rule : some) {
      byOwner.computeIfAbsent(rule.owner(), _ -> new ArrayList<>()).add(rule);
    }
    return new Search(new Rules.Some(rules.variables(), byOwner), bounds).run();
  }
}
