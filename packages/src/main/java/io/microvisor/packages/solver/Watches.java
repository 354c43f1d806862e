package io.microvisor.packages.solver;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The clauses by the two literals of each that are watched: only when one of these becomes false can a clause say
/// anything new.
final class Watches {
  private final Trail trail;
  private final Meter meter;
  private final @Nullable List<Clause>[] watching;

  @SuppressWarnings({"unchecked", "rawtypes"})
  Watches(int variables, Trail trail, Meter meter) {
    this.trail = trail;
    this.meter = meter;
    watching = new List[2 * variables];
  }

  /// Adds a clause in the midst of the search and draws its conclusion; whether it cannot hold.
  boolean add(Clause clause) {
    int[] literals = clause.literals;
    for (int place = 0; place < Math.min(2, literals.length); place++) {
      int best = place;
      for (int k = place + 1; k < literals.length; k++) {
        if (rank(literals[k]) > rank(literals[best])) {
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
    int first = trail.value(literals[0]);
    if (first == 0 && (literals.length == 1 || trail.value(literals[1]) < 0)) {
      trail.assign(literals[0], clause);
    }
    return first < 0;
  }

  /// Best to watch: what is not false, then what became false last.
  private int rank(int literal) {
    return trail.value(literal) >= 0 ? Integer.MAX_VALUE : trail.level(Clause.variable(literal));
  }

  /// Draws the conclusions from a literal that has become false; returns the clause that cannot hold, or none.
  Clause visit(int falsified) {
    List<Clause> clauses = watching[falsified];
    if (clauses == null) {
      return Trail.NO_CLAUSE;
    }
    int kept = 0;
    for (int i = 0; i < clauses.size(); i++) {
      Clause clause = clauses.get(i);
      meter.step();
      int[] literals = clause.literals;
      if (literals[0] == falsified) {
        literals[0] = literals[1];
        literals[1] = falsified;
      }
      if (trail.value(literals[0]) > 0 || !moved(clause)) {
        clauses.set(kept++, clause);
        if (trail.value(literals[0]) < 0) {
          for (i++; i < clauses.size(); i++) {
            clauses.set(kept++, clauses.get(i));
          }
          truncate(clauses, kept);
          return clause;
        }
        if (trail.value(literals[0]) == 0) {
          trail.assign(literals[0], clause);
        }
      }
    }
    truncate(clauses, kept);
    return Trail.NO_CLAUSE;
  }

  /// Watches another literal that is not false instead of the second one, if there is any. The search goes on where it
  /// last ended, so that falsifying a long clause literal by literal takes time in proportion to its length.
  private boolean moved(Clause clause) {
    int[] literals = clause.literals;
    int others = literals.length - 2;
    for (int i = 0; i < others; i++) {
      meter.step();
      int place = 2 + (clause.searched + i) % others;
      int other = literals[place];
      if (trail.value(other) >= 0) {
        clause.searched = place - 2;
        literals[place] = literals[1];
        literals[1] = other;
        watch(other, clause);
        return true;
      }
    }
    return false;
  }

  private void watch(int literal, Clause clause) {
    List<Clause> clauses = watching[literal];
    if (clauses == null) {
      clauses = new ArrayList<>(4);
      watching[literal] = clauses;
    }
    clauses.add(clause);
  }

  private static void truncate(List<Clause> list, int size) {
    list.subList(size, list.size()).clear();
  }
}
