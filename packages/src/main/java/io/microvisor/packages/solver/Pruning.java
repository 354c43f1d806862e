package io.microvisor.packages.solver;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Leaves out what a solution does not need, until nothing more can be: a package chosen for an alternative that a
/// later choice satisfies as well.
///
/// A subset of a sound set cannot clash, so only requirements and their order matter; and the union of two sound
/// subsets is sound. So
/// without a given member there is one largest sound subset, found by dropping whoever misses something, over and over.
final class Pruning {
  /// A requirement of a member, with the members that satisfy it.
  private record Need(int owner, List<Integer> satisfiers) {}

  private final Map<Integer, List<Need>> bySatisfier = new HashMap<>();
  // By owner, the members that alone satisfy a requirement.
  private final Map<Integer, List<Integer>> only = new HashMap<>();
  private final BitSet kept = new BitSet();
  private final List<Integer> taken;
  private final SetUpOrder order;

  private Pruning(Rules rules, List<Integer> taken) {
    this.taken = taken;
    this.order = SetUpOrder.of(rules, taken);
    for (int variable : taken) {
      kept.set(variable);
    }
    for (int variable : taken) {
      for (Rule rule : rules.of(variable)) {
        Rules.requirement(rule).ifPresent(required -> add(variable, required.satisfiers()));
      }
    }
  }

  private void add(int owner, List<Integer> candidates) {
    List<Integer> satisfiers = candidates.stream().map(c -> c + 1).filter(kept::get).toList();
    // A requirement that should hold but does not is no reason to keep anything.
    if (satisfiers.size() == 1) {
      only.computeIfAbsent(owner, _ -> new ArrayList<>()).add(satisfiers.getFirst());
    }
    if (!satisfiers.isEmpty()) {
      Need need = new Need(owner, satisfiers);
      for (int satisfier : satisfiers) {
        bySatisfier.computeIfAbsent(satisfier, _ -> new ArrayList<>()).add(need);
      }
    }
  }

  /// The variables of `taken` that remain, the system as a whole among them; what was taken last goes first.
  static BitSet prune(Rules rules, List<Integer> taken) {
    Pruning pruning = new Pruning(rules, taken);
    BitSet needed = pruning.needed();
    // The system itself was taken first.
    for (int variable : taken.subList(1, taken.size()).reversed()) {
      if (pruning.kept.get(variable) && !needed.get(variable)) {
        pruning.tryWithout(variable);
      }
    }
    return pruning.kept;
  }

  /// The members without which the system cannot be, for certain: most of them, so that few need be tried.
  private BitSet needed() {
    BitSet needed = new BitSet();
    Deque<Integer> queue = new ArrayDeque<>(List.of(Rules.SYSTEM));
    while (!queue.isEmpty()) {
      for (int member : only.getOrDefault(queue.remove(), List.of())) {
        if (!needed.get(member)) {
          needed.set(member);
          queue.add(member);
        }
      }
    }
    return needed;
  }

  private void tryWithout(int variable) {
    Deque<Integer> dropped = new ArrayDeque<>();
    Deque<Integer> queue = new ArrayDeque<>();
    drop(variable, dropped, queue);
    while (!queue.isEmpty() && kept.get(Rules.SYSTEM)) {
      for (Need need : bySatisfier.getOrDefault(queue.remove(), List.of())) {
        if (kept.get(need.owner()) && need.satisfiers().stream().noneMatch(kept::get)) {
          drop(need.owner(), dropped, queue);
        }
      }
      if (queue.isEmpty()) {
        // Who waits for itself by now is as one who misses something.
        order
            .circle(kept)
            .ifPresent(circle -> circle.members().forEach(member -> drop(member, dropped, queue)));
      }
    }
    if (!kept.get(Rules.SYSTEM)) {
      dropped.forEach(kept::set);
    }
  }

  private void drop(int variable, Deque<Integer> dropped, Deque<Integer> queue) {
    kept.clear(variable);
    dropped.add(variable);
    queue.add(variable);
  }

  @Override
  public String toString() {
    return kept.cardinality() + " of " + taken.size();
  }
}
