package io.microvisor.packages.solver;

import java.util.Arrays;
import java.util.List;

/// What is assumed and concluded so far: literals in the order in which they became true, in levels that each begin
/// with an assumption. Level 0 has none: what is on it, holds.
final class Trail {
  /// The reason of an assumption.
  static final Clause NO_CLAUSE = Clause.learned(new int[0], List.of());

  private final byte[] values;
  private final int[] levels;
  private final Clause[] reasons;
  private final int[] literals;
  private int size;
  private int level;
  private int[] starts = new int[64];

  Trail(int variables) {
    values = new byte[variables];
    levels = new int[variables];
    reasons = new Clause[variables];
    Arrays.fill(reasons, NO_CLAUSE);
    literals = new int[variables];
  }

  int size() {
    return size;
  }

  int literal(int place) {
    return literals[place];
  }

  int level() {
    return level;
  }

  /// The level on which a variable got its value.
  int level(int variable) {
    return levels[variable];
  }

  /// The clause a variable's value was concluded from.
  Clause reason(int variable) {
    return reasons[variable];
  }

  /// 1 when the literal is true, -1 when it is false, 0 when that is open.
  int value(int literal) {
    int value = values[Clause.variable(literal)];
    return (literal & 1) == 0 ? value : -value;
  }

  void assign(int literal, Clause reason) {
    int variable = Clause.variable(literal);
    values[variable] = (byte) ((literal & 1) == 0 ? 1 : -1);
    levels[variable] = level;
    reasons[variable] = reason;
    literals[size++] = literal;
  }

  void openLevel() {
    if (level == starts.length) {
      starts = Arrays.copyOf(starts, 2 * level);
    }
    starts[level++] = size;
  }

  void goBack(int to) {
    int start = starts[to];
    for (int i = start; i < size; i++) {
      int variable = Clause.variable(literals[i]);
      values[variable] = 0;
      reasons[variable] = NO_CLAUSE;
    }
    size = start;
    level = to;
  }

  /// The variables that are true, in the order in which they became so.
  List<Integer> taken() {
    return Arrays.stream(literals, 0, size)
        .filter(literal -> (literal & 1) == 0)
        .map(Clause::variable)
        .boxed()
        .toList();
  }
}
