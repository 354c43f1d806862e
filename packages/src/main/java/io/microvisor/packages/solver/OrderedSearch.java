package io.microvisor.packages.solver;

import java.util.BitSet;
import java.util.Optional;

/// Searches for a set whose members can be set up one after the other: what is found and cannot is forbidden, and the
/// search goes on. Such sets are rare, so the order is no concern of the search itself.
final class OrderedSearch {
  /// Real archives have none; whoever makes so many wants no answer.
  private static final int MOST_CIRCLES = 1000;

  private OrderedSearch() {}

  /// Searches, and adds to the rules what was forbidden.
  static Search.Outcome run(Rules.OfUniverse<?> rules, Bounds bounds) {
    for (int circles = 0; ; circles++) {
      Search.Outcome outcome = new Search(rules, bounds).run();
      switch (outcome) {
        case Search.Outcome.Satisfied(var taken) -> {
          BitSet all = new BitSet();
          taken.forEach(all::set);
          Optional<Rule.Circle> circle = SetUpOrder.of(rules, taken).circle(all);
          if (circle.isEmpty()) {
            return outcome;
          }
          if (circles == MOST_CIRCLES) {
            return new Search.Outcome.GaveUp(bounds.steps(), bounds.cells());
          }
          rules.forbid(circle.get());
        }
        case Search.Outcome.Contradiction _, Search.Outcome.GaveUp _ -> {
          return outcome;
        }
      }
    }
  }
}
