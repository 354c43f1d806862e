package io.microvisor.packages.solver;

/// One link of the chain that makes wishes unsolvable: a clause of a sentence, such as
/// subject `nginx 1.26-1`, text `needs libssl3t64`.
///
/// @param subject who; empty for a link that says all in its text
/// @param text what about them
/// @param object whom the link leads to, as the subject of a later link names them; empty when it leads nowhere
public record Reason(String subject, String text, String object) {
  @Override
  public String toString() {
    return subject.isEmpty() ? text : subject + " " + text;
  }
}
