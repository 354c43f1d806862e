package io.microvisor.packages.solver;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Why each member of a chosen set is there, told from nothing but the set and the wishes: so it can be asked of an
/// answer of the [Solver] as well as of a set that was written down long ago.
///
/// Members and wishes are nodes, demands are [Link]s. All answers depend on nothing but set and wishes, and come in the
/// same order whatever order the set is given in.
public final class Reasons<P> {
  /// A demand of a node (a member, a wish or the system) and the members that answer it.
  private record Demand<P>(
      int asker, Link.Asker<P> by, Requirement requirement, List<Integer> answers) {
    boolean firm() {
      return requirement.kind().must() && answers.size() == 1;
    }
  }

  private final Universe<P> chosen;
  private final List<Wish> wishes;
  // Members are numbered in the order of their names; wishes follow, the system is the last node.
  private final List<Integer> members = new ArrayList<>();
  private final List<List<Demand<P>>> byAnswer = new ArrayList<>();
  private final List<List<Demand<P>>> byAsker = new ArrayList<>();

  private Reasons(Universe<P> chosen, List<Wish> wishes) {
    this.chosen = chosen;
    this.wishes = wishes.stream().distinct().toList();
  }

  /// The reasons in a set.
  ///
  /// @param chosen a universe that holds the members of the set and nothing else
  /// @param wishes what was wished for; a wish that means nothing in the set, such as one that something be absent, is
  ///     no reason for anything
  public static <P> Reasons<P> of(Universe<P> chosen, List<Wish> wishes) {
    Reasons<P> reasons = new Reasons<>(chosen, wishes);
    reasons.read();
    return reasons;
  }

  private void read() {
    for (int candidate = 0; candidate < chosen.size(); candidate++) {
      members.add(candidate);
    }
    members.sort(Comparator.comparing(chosen::name).thenComparing(chosen::version));
    Map<Integer, Integer> nodes = new HashMap<>();
    for (int node = 0; node < members.size(); node++) {
      nodes.put(members.get(node), node);
    }
    int all = members.size() + wishes.size() + 1;
    for (int node = 0; node < all; node++) {
      byAnswer.add(new ArrayList<>());
      byAsker.add(new ArrayList<>());
    }
    for (int i = 0; i < wishes.size(); i++) {
      switch (chosen.meaning(wishes.get(i).text())) {
        case Meaning.Understood(Terms terms) ->
            note(
                members.size() + i,
                new Link.Asker.Wisher<>(wishes.get(i)),
                terms.requirements(),
                nodes);
        case Meaning.Unknown _ -> {}
      }
    }
    note(all - 1, new Link.Asker.Always<>(), chosen.always(), nodes);
    for (int node = 0; node < members.size(); node++) {
      int candidate = members.get(node);
      note(
          node,
          new Link.Asker.Member<>(Pick.of(chosen, candidate)),
          chosen.terms(candidate).requirements(),
          nodes);
    }
  }

  private void note(
      int asker, Link.Asker<P> by, List<Requirement> requirements, Map<Integer, Integer> nodes) {
    for (Requirement requirement : requirements) {
      List<Integer> answers =
          requirement.satisfiers().stream().map(nodes::get).sorted().distinct().toList();
      // What nobody here answers was given up; what one answers oneself brings nobody in.
      if (!answers.isEmpty() && !answers.contains(asker)) {
        Demand<P> demand = new Demand<>(asker, by, requirement, answers);
        byAsker.get(asker).add(demand);
        answers.forEach(answer -> byAnswer.get(answer).add(demand));
      }
    }
  }

  /// The member of a name.
  public Optional<Pick<P>> find(String name) {
    return node(name).map(this::pick);
  }

  private Optional<Integer> node(String name) {
    return IntStream.range(0, members.size())
        .boxed()
        .filter(node -> chosen.name(members.get(node)).equals(name))
        .findFirst();
  }

  /// Who asks for a member directly: the firmest kind first, then wishes in their order, the system, members by name.
  /// Empty when nobody does, or when there is no such member.
  public List<Link<P>> direct(String name) {
    return node(name)
        .map(node ->
            byAnswer.get(node).stream()
                .sorted(Comparator.comparing(demand -> demand.requirement().kind()))
                .map(demand -> link(demand, node))
                .toList())
        .orElse(List.of());
  }

  /// How a member came in: from every wish that leads to it, and from the system if it does, the best way, each from
  /// the wish down to the member.
  ///
  /// Of all ways from one wish the best has the fewest links that could be given way (see [Link#firm]), then the fewest
  /// links. The best chain comes first; equally good ones are in the order of the wishes, the system last.
  public List<List<Link<P>>> chains(String name) {
    return node(name).map(this::chainsTo).orElse(List.of());
  }

  private List<List<Link<P>>> chainsTo(int target) {
    long[] costs = new long[byAsker.size()];
    Arrays.fill(costs, Long.MAX_VALUE);
    Map<Integer, Step<P>> steps = new HashMap<>();
    PriorityQueue<Visit> queue =
        new PriorityQueue<>(Comparator.comparingLong(Visit::cost).thenComparingInt(Visit::node));
    costs[target] = 0;
    queue.add(new Visit(0, target));
    for (Visit at = queue.poll(); at != null; at = queue.poll()) {
      if (at.cost() > costs[at.node()]) {
        continue;
      }
      for (Demand<P> demand : byAnswer.get(at.node())) {
        long cost = at.cost() + cost(demand);
        if (cost < costs[demand.asker()]) {
          costs[demand.asker()] = cost;
          steps.put(demand.asker(), new Step<>(demand, at.node()));
          queue.add(new Visit(cost, demand.asker()));
        }
      }
    }
    return roots()
        .filter(root -> steps.containsKey(root))
        .sorted(Comparator.comparingLong(root -> costs[root]))
        .map(root -> chain(root, target, steps))
        .toList();
  }

  private Stream<Integer> roots() {
    return IntStream.range(members.size(), byAsker.size()).boxed();
  }

  private record Visit(long cost, int node) {}

  private record Step<P>(Demand<P> demand, int to) {}

  /// A link that is not firm costs more than any way along firm ones.
  private static long cost(Demand<?> demand) {
    return demand.firm() ? 1 : 1L << 32;
  }

  private List<Link<P>> chain(int root, int target, Map<Integer, Step<P>> steps) {
    List<Link<P>> chain = new ArrayList<>();
    for (int at = root; at != target; ) {
      Step<P> step = steps.get(at);
      if (step == null) {
        throw new IllegalStateException("a chain that ends nowhere");
      }
      chain.add(link(step.demand(), step.to()));
      at = step.to();
    }
    return chain;
  }

  /// What the set would lose with a member. Empty when there is no such member.
  public Optional<Loss<P>> without(String name) {
    return node(name).map(this::loss);
  }

  private Loss<P> loss(int gone) {
    BitSet lost = lost(gone);
    BitSet wanted = wanted(lost);
    List<Wish> failing = new ArrayList<>();
    List<Pick<P>> needing = new ArrayList<>();
    List<Pick<P>> orphaned = new ArrayList<>();
    for (int node = 0; node < members.size(); node++) {
      if (node != gone && lost.get(node)) {
        needing.add(pick(node));
      } else if (node != gone && !wanted.get(node)) {
        orphaned.add(pick(node));
      }
    }
    for (int i = 0; i < wishes.size(); i++) {
      if (lost.get(members.size() + i)) {
        failing.add(wishes.get(i));
      }
    }
    return new Loss<>(failing, lost.get(byAsker.size() - 1), needing, orphaned);
  }

  /// The nodes that cannot be without one, and itself.
  private BitSet lost(int gone) {
    BitSet lost = new BitSet();
    Deque<Integer> queue = new ArrayDeque<>(List.of(gone));
    lost.set(gone);
    while (!queue.isEmpty()) {
      for (Demand<P> demand : byAnswer.get(queue.remove())) {
        if (demand.requirement().kind().must()
            && !lost.get(demand.asker())
            && demand.answers().stream().allMatch(lost::get)) {
          lost.set(demand.asker());
          queue.add(demand.asker());
        }
      }
    }
    return lost;
  }

  /// The members somebody still asks for.
  private BitSet wanted(BitSet lost) {
    BitSet wanted = new BitSet();
    Deque<Integer> queue = new ArrayDeque<>();
    roots().forEach(queue::add);
    while (!queue.isEmpty()) {
      for (Demand<P> demand : byAsker.get(queue.remove())) {
        for (int answer : demand.answers()) {
          if (!lost.get(answer) && !wanted.get(answer)) {
            wanted.set(answer);
            queue.add(answer);
          }
        }
      }
    }
    return wanted;
  }

  private Link<P> link(Demand<P> demand, int node) {
    Requirement requirement = demand.requirement();

    return new Link<>(
        demand.by(),
        requirement.kind(),
        requirement.verb(),
        requirement.text(),
        pick(node),
        chosen.nameIn(requirement, members.get(node)),
        demand.answers().stream().filter(other -> other != node).map(this::pick).toList());
  }

  private Pick<P> pick(int node) {
    return Pick.of(chosen, members.get(node));
  }
}
