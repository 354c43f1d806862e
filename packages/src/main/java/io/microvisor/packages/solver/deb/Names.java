package io.microvisor.packages.solver.deb;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/// Finds what may have been meant by a misspelt name.
public final class Names {
  private static final int MOST = 3;

  private record Near(String name, int distance) {}

  private Names() {}

  /// Up to three names that differ from `name` in few letters, or begin with it, the nearest first.
  public static List<String> closest(String name, Collection<String> known) {
    int allowed = Math.clamp(name.length() / 3, 1, 3);
    List<Near> near = new ArrayList<>();
    for (String each : known) {
      if (Math.abs(each.length() - name.length()) <= allowed) {
        int distance = distance(name, each);
        if (distance <= allowed) {
          near.add(new Near(each, distance));
        }
      } else if (name.length() > 2 && each.startsWith(name)) {
        near.add(new Near(each, allowed + each.length()));
      }
    }
    near.sort(Comparator.comparingInt(Near::distance).thenComparing(Near::name));
    return near.stream().limit(MOST).map(Near::name).toList();
  }

  /// How many letters must be changed, added, left out or swapped with their neighbour (optimal string alignment).
  private static int distance(String a, String b) {
    int[][] cost = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          cost[i][j] = i + j;
          continue;
        }
        int same = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        cost[i][j] =
            Math.min(cost[i - 1][j - 1] + same, 1 + Math.min(cost[i - 1][j], cost[i][j - 1]));
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          cost[i][j] = Math.min(cost[i][j], cost[i - 2][j - 2] + 1);
        }
      }
    }
    return cost[a.length()][b.length()];
  }
}
