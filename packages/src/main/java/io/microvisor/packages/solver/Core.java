package io.microvisor.packages.solver;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;

/// Shrinks rules that contradict each other to a set of which none can be left out.
final class Core {
  private Core() {}

  static List<Rule> minimal(Rules rules, List<Rule> contradictory, long budget) {
    List<Rule> core = new ArrayList<>(new LinkedHashSet<>(contradictory));
    // The search's own proof of the core is often much shorter than the core: cheap steps first.
    for (int size = core.size() + 1; core.size() < size; ) {
      size = core.size();
      core = shrink(rules, core, budget);
    }
    for (int i = 0; i < core.size(); ) {
      List<Rule> without = new ArrayList<>(core);
      without.remove(i);
      List<Rule> smaller = shrink(rules, without, budget);
      if (smaller.size() == without.size() && !contradictory(rules, without, budget)) {
        i++;
      } else {
        // Rules before i were shown to be needed by some superset, hence are still there.
        core = smaller;
      }
    }
    return core;
  }

  private static boolean contradictory(Rules rules, List<Rule> some, long budget) {
    return search(rules, some, budget) instanceof Search.Outcome.Contradiction;
  }

  /// The rules a proof of contradiction uses, in their old order; all of them when there is no contradiction.
  private static List<Rule> shrink(Rules rules, List<Rule> some, long budget) {
    return switch (search(rules, some, budget)) {
      case Search.Outcome.Contradiction(List<Rule> used) -> {
        List<Rule> ordered = new ArrayList<>(some);
        ordered.retainAll(new java.util.HashSet<>(used));
        yield ordered;
      }
      case Search.Outcome.Satisfied _, Search.Outcome.GaveUp _ -> some;
    };
  }

  private static Search.Outcome search(Rules rules, List<Rule> some, long budget) {
    Map<Integer, List<Rule>> byOwner = new HashMap<>();
    for (Rule rule : some) {
      byOwner.computeIfAbsent(rule.owner(), _ -> new ArrayList<>()).add(rule);
    }
    return new Search(new Rules.Some(rules.variables(), byOwner), budget).run();
  }
}
