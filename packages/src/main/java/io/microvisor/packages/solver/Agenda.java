package io.microvisor.packages.solver;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What is still to be decided: the requirements of what was taken, in the order in which it was taken.
///
/// First come requirements that versions of one thing satisfy (they say little about what else to take), then those
/// with a real choice, then those that only should hold, at last those that may; always for the best satisfier that is
/// still possible.
final class Agenda {
  private static final int ONE_NAME = 0;
  private static final int CHOICE = 1;
  private static final int SHOULD = 2;
  private static final int MAY = 3;
  private static final int TURNS = 4;

  private final Trail trail;
  private final Meter meter;
  // By variable and turn.
  private final @Nullable List<List<Clause>>[] clauses;
  // How much of the trail was gone through in each turn, now and when each level began.
  private int[] done = new int[TURNS];
  private int[][] marks = new int[64][];

  @SuppressWarnings({"unchecked", "rawtypes"})
  Agenda(int variables, Trail trail, Meter meter) {
    this.trail = trail;
    this.meter = meter;
    clauses = new List[variables];
  }

  /// Whether a variable's requirements are on the agenda, to be met whenever it is taken.
  boolean knows(int variable) {
    return clauses[variable] != null;
  }

  /// Puts a variable's requirements on the agenda.
  void add(int variable, List<Clause> requirements, Rules rules) {
    List<List<Clause>> turns = new ArrayList<>(TURNS);
    for (int turn = 0; turn < TURNS; turn++) {
      turns.add(new ArrayList<>(0));
    }
    for (Clause clause : requirements) {
      clause.requirement().ifPresent(required -> turns.get(turn(required, rules)).add(clause));
    }
    clauses[variable] = turns;
  }

  private static int turn(Requirement requirement, Rules rules) {
    return switch (requirement.kind()) {
      case WISH, ALWAYS, NEEDS_FIRST, NEEDS -> rules.oneName(requirement) ? ONE_NAME : CHOICE;
      case RECOMMENDS -> SHOULD;
      case SUGGESTS -> MAY;
    };
  }

  /// The literal to try next, or -1 when everything required is there.
  int next() {
    for (int turn = 0; turn < TURNS; turn++) {
      for (; done[turn] < trail.size(); done[turn]++) {
        int literal = trail.literal(done[turn]);
        List<List<Clause>> own = clauses[Clause.variable(literal)];
        if ((literal & 1) != 0 || own == null) {
          continue;
        }
        for (Clause clause : own.get(turn)) {
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
    int[] preference = clause.preference;
    // What is false for good need not be looked at again.
    while (clause.refuted < preference.length
        && trail.value(preference[clause.refuted]) < 0
        && trail.level(Clause.variable(preference[clause.refuted])) == 0) {
      meter.step();
      clause.refuted++;
    }
    // The watched literals are the first two: a satisfied clause mostly shows there.
    int best = -1;
    for (int i = clause.refuted; i < preference.length; i++) {
      meter.step();
      int value = trail.value(preference[i]);
      if (value > 0) {
        return -1;
      }
      if (value == 0 && best < 0) {
        best = preference[i];
      }
    }
    return best;
  }

  /// Notes how far it is, before a level is opened.
  void mark() {
    if (trail.level() == marks.length) {
      marks = Arrays.copyOf(marks, 2 * marks.length);
    }
    marks[trail.level()] = done.clone();
  }

  /// Returns to where it was before that level.
  void goBack(int level) {
    done = marks[level].clone();
  }
}
