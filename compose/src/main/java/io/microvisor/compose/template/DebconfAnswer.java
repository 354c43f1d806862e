package io.microvisor.compose.template;

import io.microvisor.compose.problem.Place;

/// An answer to a question that a package asks when it is configured (debconf-set-selections(1)).
///
/// @param owner the package
/// @param question the question's name
/// @param type the question's type: `select`
/// @param answer what to answer; may be empty
public record DebconfAnswer(
    String owner, String question, String type, String answer, Place place) {
  /// From a line of the form [io.microvisor.compose.schema.Syntax#DEBCONF].
  static DebconfAnswer parse(String line, Place place) {
    String[] words = line.strip().split(" +", 3);
    String[] rest = words[2].split(" ", 2);
    String answer = rest.length == 2 ? rest[1].strip() : "";
    return new DebconfAnswer(words[0], words[1], rest[0], answer, place);
  }
}
