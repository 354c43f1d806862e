package io.microvisor.compose.problem;

import java.util.List;

/// One thing wrong with a template.
///
/// @param code which kind of problem, stable across releases
/// @param place where
/// @param what `<subject>: <what is wrong> (expected: <what would be right>)`, without the place
/// @param advice what to do about it, each one line without a full stop; may be empty
public record Problem(Code code, Place place, String what, List<String> advice) {
  public Problem {
    advice = List.copyOf(advice);
  }

  /// A problem with any number of lines of advice.
  public static Problem of(Code code, Place place, String what, String... advice) {
    return new Problem(code, place, what, List.of(advice));
  }

  /// `edge.yaml:14:7: <what>`, then one indented line for each advice.
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder().append(place).append(": ").append(what);
    advice.forEach(line -> text.append("\n  advice: ").append(line));
    return text.toString();
  }
}
