package io.microvisor.packages.solver;

import java.util.List;
import java.util.Optional;

/// The answer to wishes. That they cannot be fulfilled is an answer, not an exception.
public sealed interface Resolution<P> {
  /// A set that fulfils the wishes, ordered by name.
  record Solved<P>(List<Pick<P>> picks) implements Resolution<P> {
    /// Keeps its own copy of the picks.
    public Solved {
      picks = List.copyOf(picks);
    }

    /// The pick of a name.
    public Optional<Pick<P>> find(String name) {
      return picks.stream().filter(pick -> pick.name().equals(name)).findFirst();
    }
  }

  /// No set fulfils the wishes.
  ///
  /// @param wishes some that cannot be had together, though all of them but any one could; empty when what every system
  ///     has is itself at odds
  /// @param chain why, link by link: nothing in it could be left out; what holds for several versions of one thing
  ///     alike is said of the first
  /// @param message both in one line of plain words
  record Unsolvable<P>(List<Wish> wishes, List<Reason> chain, String message)
      implements Resolution<P> {
    /// Keeps its own copies.
    public Unsolvable {
      wishes = List.copyOf(wishes);
      chain = List.copyOf(chain);
    }
  }

  /// Some wishes mean nothing here.
  ///
  /// @param wishes all such wishes, with what is wrong
  record Misunderstood<P>(List<Unknown> wishes) implements Resolution<P> {
    /// Keeps its own copy.
    public Misunderstood {
      wishes = List.copyOf(wishes);
    }
  }

  /// The search took more steps than allowed; there may or may not be an answer.
  record GaveUp<P>(long steps) implements Resolution<P> {}

  /// A wish that means nothing.
  ///
  /// @param what such as `no package of this name`
  /// @param suggestions what may have been meant, best first
  record Unknown(Wish wish, String what, List<String> suggestions) {
    /// Keeps its own copy of the suggestions.
    public Unknown {
      suggestions = List.copyOf(suggestions);
    }

    /// One line: `ngnix: no package of this name (expected: nginx?)`.
    public String message() {
      String advice =
          suggestions.isEmpty() ? "" : " (did you mean " + String.join(" or ", suggestions) + "?)";
      return wish.text() + ": " + what + advice;
    }
  }
}
