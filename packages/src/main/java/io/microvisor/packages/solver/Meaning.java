package io.microvisor.packages.solver;

import java.util.List;

/// What a wish means in a universe.
public sealed interface Meaning {
  /// It can be said in terms of candidates, though perhaps not be had.
  record Understood(Terms terms) implements Meaning {}

  /// It cannot.
  ///
  /// @param what what is wrong with it, such as `no package of this name`
  /// @param suggestions what may have been meant, best first; may be empty
  record Unknown(String what, List<String> suggestions) implements Meaning {
    /// Keeps its own copy of the suggestions.
    public Unknown {
      suggestions = List.copyOf(suggestions);
    }
  }
}
