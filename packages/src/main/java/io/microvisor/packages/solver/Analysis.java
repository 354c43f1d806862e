package io.microvisor.packages.solver;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/// What a clause that cannot hold teaches.
final class Analysis {
  private final Trail trail;
  private final Meter meter;
  private final boolean[] seen;

  Analysis(int variables, Trail trail, Meter meter) {
    this.trail = trail;
    this.meter = meter;
    seen = new boolean[variables];
  }

  /// @param clause what was learned; its first literal is false as long as the search does not go back
  /// @param level the level to go back to: there, all other literals are still false
  record Lesson(Clause clause, int level) {}

  /// The clause at the first unique implication point: the last assumption, or the last of its consequences, that
  /// suffices for the conflict.
  Lesson learn(Clause conflict) {
    List<Clause> from = new ArrayList<>();
    List<Integer> others = new ArrayList<>();
    List<Integer> marked = new ArrayList<>();
    int open = 0;
    int at = trail.size();
    Clause clause = conflict;
    int turning;
    while (true) {
      from.add(clause);
      meter.steps(clause.literals.length);
      for (int literal : clause.literals) {
        int variable = Clause.variable(literal);
        if (trail.value(literal) < 0 && !seen[variable]) {
          seen[variable] = true;
          marked.add(variable);
          if (trail.level(variable) == trail.level()) {
            open++;
          } else {
            others.add(literal);
          }
        }
      }
      do {
        at--;
      } while (!seen[Clause.variable(trail.literal(at))]);
      turning = trail.literal(at);
      open--;
      if (open == 0) {
        break;
      }
      clause = trail.reason(Clause.variable(turning));
    }
    for (int variable : marked) {
      seen[variable] = false;
    }
    int back = 0;
    int[] literals = new int[others.size() + 1];
    literals[0] = Clause.not(turning);
    for (int i = 0; i < others.size(); i++) {
      literals[i + 1] = others.get(i);
      back = Math.max(back, trail.level(Clause.variable(others.get(i))));
    }
    meter.keep(literals.length + (long) from.size());
    return new Lesson(Clause.learned(literals, from), back);
  }

  /// All rules that a contradiction at level 0 follows from.
  List<Rule> rulesBehind(Clause conflict) {
    List<Rule> found = new ArrayList<>();
    Set<Clause> visited = Collections.newSetFromMap(new IdentityHashMap<>());
    List<Clause> queue = new ArrayList<>(List.of(conflict));
    for (int i = 0; i < queue.size(); i++) {
      Clause clause = queue.get(i);
      if (clause == Trail.NO_CLAUSE || !visited.add(clause)) {
        continue;
      }
      if (clause.rule != null) {
        found.add(clause.rule);
      }
      queue.addAll(clause.from);
      for (int literal : clause.literals) {
        int variable = Clause.variable(literal);
        if (trail.value(literal) != 0 && trail.level(variable) == 0) {
          queue.add(trail.reason(variable));
        }
      }
    }
    return found;
  }
}
