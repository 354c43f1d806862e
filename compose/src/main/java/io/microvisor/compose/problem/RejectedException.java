package io.microvisor.compose.problem;

import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/// A template that turned out to be wrong only while it was built: a unit that no package brings, a slot too small.
public final class RejectedException extends IOException {
  private static final long serialVersionUID = 1;

  private final transient List<Problem> problems;

  /// @param problems at least one
  public RejectedException(List<Problem> problems) {
    super(sorted(problems).stream().map(Problem::toString).collect(Collectors.joining("\n")));
    this.problems = sorted(problems);
  }

  private static List<Problem> sorted(List<Problem> problems) {
    return problems.stream().sorted(Comparator.comparing(Problem::place)).toList();
  }

  /// Everything that was found, by place.
  public List<Problem> problems() {
    return problems;
  }
}
