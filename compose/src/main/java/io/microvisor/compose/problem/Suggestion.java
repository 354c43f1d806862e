package io.microvisor.compose.problem;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/// Finds the word somebody most likely meant.
public final class Suggestion {
  private Suggestion() {}

  /// The known word nearest to a given one, if near enough to be a slip of the hand.
  public static Optional<String> nearest(String given, Collection<String> known) {
    String lower = given.toLowerCase(Locale.ROOT);
    int most = Math.max(1, given.length() / 3);
    if (given.length() > 60) {
      return Optional.empty();
    }
    return known.stream()
        .filter(word -> !word.isEmpty() && word.length() <= 60)
        .filter(word -> distance(lower, word.toLowerCase(Locale.ROOT)) <= most)
        .min(
            Comparator.<String>comparingInt(word -> distance(lower, word.toLowerCase(Locale.ROOT)))
                .thenComparing(Comparator.naturalOrder()));
  }

  /// How many letters must be added, dropped, changed or swapped with their neighbour to get from one word to the other
  /// (the restricted Damerau-Levenshtein distance).
  public static int distance(String from, String to) {
    int[][] cost = new int[from.length() + 1][to.length() + 1];
    for (int i = 0; i <= from.length(); i++) {
      cost[i][0] = i;
    }
    for (int j = 0; j <= to.length(); j++) {
      cost[0][j] = j;
    }
    for (int i = 1; i <= from.length(); i++) {
      for (int j = 1; j <= to.length(); j++) {
        int change = from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1;
        int best =
            Math.min(cost[i - 1][j - 1] + change, 1 + Math.min(cost[i - 1][j], cost[i][j - 1]));
        if (i > 1
            && j > 1
            && from.charAt(i - 1) == to.charAt(j - 2)
            && from.charAt(i - 2) == to.charAt(j - 1)) {
          best = Math.min(best, cost[i - 2][j - 2] + 1);
        }
        cost[i][j] = best;
      }
    }
    return cost[from.length()][to.length()];
  }
}
