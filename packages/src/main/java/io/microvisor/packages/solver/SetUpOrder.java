package io.microvisor.packages.solver;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;

/// Whether the members of a set can be set up one after the other, as dpkg does it: one that needs others first is
/// unpacked when those are configured, and members are configured, perhaps several at once, when all they need is.
///
/// So a circle of `Depends` is no obstacle, and one in which a `Pre-Depends` has its part is: dpkg and apt both end
/// there.
final class SetUpOrder {
  /// A requirement that must hold, with the members that satisfy it.
  private record Need(Requirement requirement, List<Integer> satisfiers) {
    boolean first() {
      return requirement.kind() == Requirement.Kind.NEEDS_FIRST;
    }

    boolean holds(BitSet among) {
      return satisfiers.stream().anyMatch(among::get);
    }
  }

  private final Map<Integer, List<Need>> needs = new HashMap<>();
  // Those that can be in a circle with somebody who needs others first; nobody else can be stuck.
  private final BitSet inQuestion = new BitSet();

  private SetUpOrder() {}

  /// The order of some variables and all smaller sets of them.
  static SetUpOrder of(Rules rules, List<Integer> taken) {
    SetUpOrder order = new SetUpOrder();
    BitSet members = new BitSet();
    taken.forEach(members::set);
    members.clear(Rules.SYSTEM);
    for (int member : taken) {
      List<Need> all = new ArrayList<>();
      for (Rule rule : member == Rules.SYSTEM ? List.<Rule>of() : rules.of(member)) {
        Rules.requirement(rule)
            .filter(required -> required.kind().must())
            .ifPresent(required ->
                all.add(
                    new Need(
                        required,
                        required.satisfiers().stream()
                            .map(candidate -> candidate + 1)
                            .filter(members::get)
                            .toList())));
      }
      order.needs.put(member, all);
    }
    order.findInQuestion(members);
    return order;
  }

  /// A set with members of which none can be the first, or nothing if all of `kept` can be set up.
  Optional<Rule.Circle> circle(BitSet kept) {
    if (!kept.intersects(inQuestion)) {
      return Optional.empty();
    }
    BitSet waiting = and(kept, inQuestion);
    BitSet configured = and(kept, kept);
    configured.andNot(inQuestion);
    Map<Integer, Need> missing = new HashMap<>();
    while (configureMore(waiting, configured, missing)) {
      waiting.andNot(configured);
    }
    if (waiting.isEmpty()) {
      return Optional.empty();
    }
    TreeSet<Integer> outside = new TreeSet<>();
    for (int member : waiting.stream().toArray()) {
      Need need = Objects.requireNonNull(missing.get(member));
      need.requirement().satisfiers().forEach(candidate -> outside.add(candidate + 1));
    }
    outside.removeIf(waiting::get);
    List<Integer> members = waiting.stream().boxed().toList();
    return Optional.of(new Rule.Circle(members, List.copyOf(outside)));
  }

  /// Configures as many as can be at once; says of the others what they miss, and whether there were any.
  private boolean configureMore(BitSet waiting, BitSet configured, Map<Integer, Need> missing) {
    BitSet more = and(configured, configured);
    more.or(waiting);
    for (int member : waiting.stream().toArray()) {
      missed(member, configured, true)
          .ifPresent(need -> {
            missing.put(member, need);
            more.clear(member);
          });
    }
    for (boolean changed = true; changed; ) {
      changed = false;
      for (int member : and(waiting, more).stream().toArray()) {
        Optional<Need> missed = missed(member, more, false);
        if (missed.isPresent()) {
          missing.put(member, missed.get());
          more.clear(member);
          changed = true;
        }
      }
    }
    boolean any = more.cardinality() > configured.cardinality();
    configured.or(more);
    return any;
  }

  private Optional<Need> missed(int member, BitSet there, boolean firstOnly) {
    return needsOf(member).stream()
        .filter(need -> !firstOnly || need.first())
        .filter(need -> !need.holds(there))
        .findFirst();
  }

  private List<Need> needsOf(int member) {
    return needs.getOrDefault(member, List.of());
  }

  private static BitSet and(BitSet one, BitSet other) {
    BitSet both = (BitSet) one.clone();
    both.and(other);
    return both;
  }

  /// Puts those in question whose strongly connected component has a `Pre-Depends` inside (Kosaraju's algorithm, with
  /// stacks of its own: chains are long).
  private void findInQuestion(BitSet members) {
    Map<Integer, List<Integer>> backwards = new HashMap<>();
    for (int member : members.stream().toArray()) {
      for (Need need : needsOf(member)) {
        for (int satisfier : need.satisfiers()) {
          backwards.computeIfAbsent(satisfier, _ -> new ArrayList<>()).add(member);
        }
      }
    }
    int[] component = new int[members.length()];
    Arrays.fill(component, -1);
    for (int root : finished(members).reversed()) {
      Deque<Integer> stack = new ArrayDeque<>(List.of(root));
      while (!stack.isEmpty()) {
        int at = stack.pop();
        if (component[at] < 0) {
          component[at] = root;
          backwards.getOrDefault(at, List.of()).forEach(stack::push);
        }
      }
    }
    BitSet suspicious = new BitSet();
    for (int member : members.stream().toArray()) {
      needsOf(member).stream()
          .filter(Need::first)
          .flatMap(need -> need.satisfiers().stream())
          .filter(satisfier -> component[satisfier] == component[member])
          .forEach(_ -> suspicious.set(component[member]));
    }
    members.stream().filter(member -> suspicious.get(component[member])).forEach(inQuestion::set);
  }

  /// The members in the order in which a walk along their needs leaves them.
  private List<Integer> finished(BitSet members) {
    List<Integer> finished = new ArrayList<>();
    BitSet seen = new BitSet();
    BitSet left = new BitSet();
    for (int root : members.stream().toArray()) {
      Deque<Integer> stack = new ArrayDeque<>(List.of(root));
      while (!stack.isEmpty()) {
        int at = stack.getFirst();
        if (!seen.get(at)) {
          seen.set(at);
          needsOf(at).stream()
              .map(Need::satisfiers)
              .flatMap(Collection::stream)
              .filter(next -> !seen.get(next))
              .forEach(stack::push);
        } else {
          stack.pop();
          if (!left.get(at)) {
            left.set(at);
            finished.add(at);
          }
        }
      }
    }
    return finished;
  }
}
