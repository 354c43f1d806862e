package io.microvisor.packages.solver;

/// Why a candidate was taken: the shortest of all reasons, counted in steps from a wish.
public sealed interface Why {
  /// Somebody wished for it.
  record Wished(Wish wish) implements Why {}

  /// Every system has it.
  ///
  /// @param verb as in [Requirement#verb]
  record Always(String verb) implements Why {}

  /// Another pick brought it in.
  ///
  /// @param by the other's place in the list of picks
  /// @param verb as in [Requirement#verb]
  /// @param text as in [Requirement#text]
  record Needed(int by, String verb, String text) implements Why {}
}
