package io.microvisor.packages.solver;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Finds a set that satisfies all rules, by conflict-driven clause learning over rules that are fetched when their
/// owner is first taken.
///
/// Only requirements of what is taken lead to decisions, so everything is left out that nothing asks for. Decided first
/// are requirements that versions of one thing satisfy (they say little about what else to take), then those with a
/// real choice, then those that only should hold; each in the order in which their owners were taken, and always for
/// the best satisfier that is still possible.
final class Search {
  /// How it ended.
  sealed interface Outcome {
    /// The variables that are true, in the order in which they were taken.
    record Satisfied(List<Integer> taken) implements Outcome {}

    /// The rules of which a contradiction follows.
    record Contradiction(List<Rule> rules) implements Outcome {}

    /// The budget is used up.
    record GaveUp(long steps) implements Outcome {}
  }

  /// A variable's rules as clauses, by when they are decided; those that must hold are watched, too.
  private record Owned(
      List<Clause> oneName, List<Clause> choices, List<Clause> should, List<Clause> may) {}

  private static final Clause NO_CLAUSE = Clause.learned(new int[0], List.of());

  private final Rules rules;
  private final long budget;
  private long steps;

  private final byte[] values;
  private final int[] levels;
  private final Clause[] reasons;
  private final boolean[] seen;
  private final @Nullable Owned[] owned;
  private final @Nullable List<Clause>[] watches;

  private final int[] trail;
  private int trailSize;
  private int propagated;
  private int level;
  // Where each level begins in the trail, and how far the four agendas were then.
  private int[] levelStarts = new int[64];
  private int[][] agendaMarks = new int[64][];
  private int[] agenda = new int[4];

  @SuppressWarnings({"unchecked", "rawtypes"})
  Search(Rules rules, long budget) {
    this.rules = rules;
    this.budget = budget;
    int variables = rules.variables();
    values = new byte[variables];
    levels = new int[variables];
    reasons = new Clause[variables];
    Arrays.fill(reasons, NO_CLAUSE);
    seen = new boolean[variables];
    owned = new Owned[variables];
    watches = new List[2 * variables];
    trail = new int[variables];
  }

  Outcome run() {
    assign(Clause.positive(Rules.SYSTEM), NO_CLAUSE);
    while (true) {
      Clause conflict = propagate();
      if (steps > budget) {
        return new Outcome.GaveUp(steps);
      }
      if (conflict != NO_CLAUSE) {
        if (level == 0) {
          return new Outcome.Contradiction(rulesBehind(conflict));
        }
        learn(conflict);
        continue;
      }
      int decision = decide();
      if (decision < 0) {
        return new Outcome.Satisfied(taken());
      }
      openLevel();
      assign(decision, NO_CLAUSE);
    }
  }

  private List<Integer> taken() {
    return Arrays.stream(trail, 0, trailSize)
        .filter(literal -> (literal & 1) == 0)
        .map(Clause::variable)
        .boxed()
        .toList();
  }

  /// Draws conclusions until there are no more; returns the clause that cannot hold, or none.
  private Clause propagate() {
    while (propagated < trailSize) {
      int literal = trail[propagated++];
      Clause conflict = visitWatches(Clause.not(literal));
      if (conflict != NO_CLAUSE) {
        return conflict;
      }
      int variable = Clause.variable(literal);
      if ((literal & 1) == 0 && owned[variable] == null) {
        conflict = fetch(variable);
        if (conflict != NO_CLAUSE) {
          return conflict;
        }
      }
    }
    return NO_CLAUSE;
  }

  private Clause visitWatches(int falsified) {
    List<Clause> watching = watches[falsified];
    if (watching == null) {
      return NO_CLAUSE;
    }
    int kept = 0;
    for (int i = 0; i < watching.size(); i++) {
      Clause clause = watching.get(i);
      steps++;
      int[] literals = clause.literals;
      if (literals[0] == falsified) {
        literals[0] = literals[1];
        literals[1] = falsified;
      }
      if (value(literals[0]) > 0 || !moveWatch(clause)) {
        watching.set(kept++, clause);
        if (value(literals[0]) < 0) {
          for (i++; i < watching.size(); i++) {
            watching.set(kept++, watching.get(i));
          }
          truncate(watching, kept);
          return clause;
        }
        if (value(literals[0]) == 0) {
          assign(literals[0], clause);
        }
      }
    }
    truncate(watching, kept);
    return NO_CLAUSE;
  }

  /// Watches another literal that is not false instead of the second one, if there is any.
  private boolean moveWatch(Clause clause) {
    int[] literals = clause.literals;
    for (int k = 2; k < literals.length; k++) {
      if (value(literals[k]) >= 0) {
        int other = literals[k];
        literals[k] = literals[1];
        literals[1] = other;
        watch(other, clause);
        return true;
      }
    }
    return false;
  }

  private static void truncate(List<Clause> list, int size) {
    list.subList(size, list.size()).clear();
  }

  private void watch(int literal, Clause clause) {
    List<Clause> watching = watches[literal];
    if (watching == null) {
      watching = new ArrayList<>(4);
      watches[literal] = watching;
    }
    watching.add(clause);
  }

  /// Fetches what a variable brings with it, now that it is true; returns a clause that cannot hold, or none.
  private Clause fetch(int variable) {
    Owned fetched =
        new Owned(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    owned[variable] = fetched;
    Clause conflict = NO_CLAUSE;
    for (Rule rule : rules.of(variable)) {
      steps++;
      Clause clause = Clause.of(rule);
      if (!agendaOf(rule, fetched).add(clause)) {
        throw new IllegalStateException("a list that does not grow");
      }
      if (!must(rule)) {
        continue;
      }
      if (add(clause) && conflict == NO_CLAUSE) {
        conflict = clause;
      }
    }
    return conflict;
  }

  private List<Clause> agendaOf(Rule rule, Owned fetched) {
    return switch (rule) {
      case Rule.Wished(Wish _, Requirement requirement) -> agendaOf(requirement, fetched);
      case Rule.Always(Requirement requirement) -> agendaOf(requirement, fetched);
      case Rule.Needs(int _, Requirement requirement) -> agendaOf(requirement, fetched);
      case Rule.Banned _, Rule.Excludes _ -> new ArrayList<>();
    };
  }

  private List<Clause> agendaOf(Requirement requirement, Owned fetched) {
    return switch (requirement.kind()) {
      case WISH, ALWAYS, NEEDS_FIRST, NEEDS ->
          rules.oneName(requirement) ? fetched.oneName() : fetched.choices();
      case RECOMMENDS -> fetched.should();
      case SUGGESTS -> fetched.may();
    };
  }

  static boolean must(Rule rule) {
    return switch (rule) {
      case Rule.Wished(Wish _, Requirement requirement) -> requirement.kind().must();
      case Rule.Always(Requirement requirement) -> requirement.kind().must();
      case Rule.Needs(int _, Requirement requirement) -> requirement.kind().must();
      case Rule.Banned _, Rule.Excludes _ -> true;
    };
  }

  /// Adds a clause in the midst of the search and draws its conclusion; whether it cannot hold.
  private boolean add(Clause clause) {
    int[] literals = clause.literals;
    for (int place = 0; place < Math.min(2, literals.length); place++) {
      int best = place;
      for (int k = place + 1; k < literals.length; k++) {
        if (watchRank(literals[k]) > watchRank(literals[best])) {
          best = k;
        }
      }
      int swapped = literals[place];
      literals[place] = literals[best];
      literals[best] = swapped;
    }
    if (literals.length > 1) {
      watch(literals[0], clause);
      watch(literals[1], clause);
    }
    int first = value(literals[0]);
    if (first == 0 && (literals.length == 1 || value(literals[1]) < 0)) {
      assign(literals[0], clause);
    }
    return first < 0;
  }

  /// Best to watch: what is not false, then what became false last.
  private int watchRank(int literal) {
    return value(literal) >= 0 ? Integer.MAX_VALUE : levels[Clause.variable(literal)];
  }

  /// Learns from a conflict (the first unique implication point), goes back to where it matters and draws the
  /// conclusion.
  private void learn(Clause conflict) {
    List<Clause> from = new ArrayList<>();
    List<Integer> others = new ArrayList<>();
    List<Integer> marked = new ArrayList<>();
    int open = 0;
    int at = trailSize;
    Clause clause = conflict;
    int turning;
    while (true) {
      from.add(clause);
      for (int literal : clause.literals) {
        int variable = Clause.variable(literal);
        if (value(literal) < 0 && !seen[variable]) {
          seen[variable] = true;
          marked.add(variable);
          if (levels[variable] == level) {
            open++;
          } else {
            others.add(literal);
          }
        }
      }
      do {
        at--;
      } while (!seen[Clause.variable(trail[at])]);
      turning = trail[at];
      open--;
      steps++;
      if (open == 0) {
        break;
      }
      clause = reasons[Clause.variable(turning)];
    }
    for (int variable : marked) {
      seen[variable] = false;
    }
    int back = 0;
    int[] literals = new int[others.size() + 1];
    literals[0] = Clause.not(turning);
    for (int i = 0; i < others.size(); i++) {
      literals[i + 1] = others.get(i);
      back = Math.max(back, levels[Clause.variable(others.get(i))]);
    }
    goBack(back);
    if (add(Clause.learned(literals, from))) {
      throw new IllegalStateException("a learned clause does not turn the search");
    }
  }

  /// All rules that a contradiction at level 0 follows from.
  private List<Rule> rulesBehind(Clause conflict) {
    List<Rule> found = new ArrayList<>();
    Set<Clause> visited = Collections.newSetFromMap(new IdentityHashMap<>());
    List<Clause> queue = new ArrayList<>(List.of(conflict));
    for (int i = 0; i < queue.size(); i++) {
      Clause clause = queue.get(i);
      if (clause == NO_CLAUSE || !visited.add(clause)) {
        continue;
      }
      if (clause.rule != null) {
        found.add(clause.rule);
      }
      queue.addAll(clause.from);
      for (int literal : clause.literals) {
        if (levels[Clause.variable(literal)] == 0 && value(literal) != 0) {
          queue.add(reasons[Clause.variable(literal)]);
        }
      }
    }
    return found;
  }

  /// The literal to try next, or -1 when everything required is there.
  private int decide() {
    for (int which = 0; which < 4; which++) {
      for (; agenda[which] < trailSize; agenda[which]++) {
        int literal = trail[agenda[which]];
        Owned own = owned[Clause.variable(literal)];
        if ((literal & 1) != 0 || own == null) {
          continue;
        }
        List<Clause> clauses =
            switch (which) {
              case 0 -> own.oneName();
              case 1 -> own.choices();
              case 2 -> own.should();
              default -> own.may();
            };
        for (Clause clause : clauses) {
          int wanted = wanted(clause);
          if (wanted >= 0) {
            return wanted;
          }
        }
      }
    }
    return -1;
  }

  /// The best literal that would satisfy a clause; -1 when it is satisfied or cannot be.
  private int wanted(Clause clause) {
    int best = -1;
    for (int literal : clause.preference) {
      steps++;
      int value = value(literal);
      if (value > 0) {
        return -1;
      }
      if (value == 0 && best < 0) {
        best = literal;
      }
    }
    return best;
  }

  private void openLevel() {
    if (level == levelStarts.length) {
      levelStarts = Arrays.copyOf(levelStarts, 2 * level);
      agendaMarks = Arrays.copyOf(agendaMarks, 2 * level);
    }
    levelStarts[level] = trailSize;
    agendaMarks[level] = agenda.clone();
    level++;
  }

  private void goBack(int to) {
    int start = levelStarts[to];
    for (int i = start; i < trailSize; i++) {
      int variable = Clause.variable(trail[i]);
      values[variable] = 0;
      reasons[variable] = NO_CLAUSE;
    }
    trailSize = start;
    propagated = start;
    agenda = agendaMarks[to].clone();
    level = to;
  }

  private void assign(int literal, Clause reason) {
    int variable = Clause.variable(literal);
    values[variable] = (byte) ((literal & 1) == 0 ? 1 : -1);
    levels[variable] = level;
    reasons[variable] = reason;
    trail[trailSize++] = literal;
  }

  /// 1 when the literal is true, -1 when it is false, 0 when that is open.
  private int value(int literal) {
    int value = values[Clause.variable(literal)];
    return (literal & 1) == 0 ? value : -value;
  }
}
