package io.microvisor.compose.template;

import io.microvisor.compose.problem.Code;
import io.microvisor.compose.problem.Place;
import io.microvisor.compose.problem.Problem;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/// What a template puts at which path: one thing at each, and nothing below a file. The same is asked twice, of the paths as
/// they are written, and of what they lead to in the tree.
public final class PathClaims {
  /// What is put at a path.
  public enum Kind {
    FILE,
    FOLDER
  }

  /// A path that is taken.
  ///
  /// @param subject how messages call it: the key and the path as they are written
  /// @param path as it is written
  public record Claim(String subject, String path, Kind kind, Place place) {}

  private final NavigableMap<String, Claim> claims = new TreeMap<>();
  private final List<Problem> problems;

  /// No path is taken.
  ///
  /// @param problems get one for each claim that collides with an earlier one
  public PathClaims(List<Problem> problems) {
    this.problems = problems;
  }

  /// Takes a path.
  ///
  /// @param at where it leads, absolute; the path itself where that is not known
  /// @return whether it was free
  public boolean claim(String at, Claim claim) {
    Claim same = claims.putIfAbsent(at, claim);
    if (same != null) {
      collide(claim, sameness(at, claim, same), "it stands at " + same.place() + " already");
      return false;
    }
    for (int slash = at.lastIndexOf('/'); slash > 0; slash = at.lastIndexOf('/', slash - 1)) {
      Claim above = claims.get(at.substring(0, slash));
      if (above != null && above.kind() == Kind.FILE) {
        collide(
            claim,
            "lies below " + above.path() + ", which is to be a file (expected: a folder above it)",
            "it stands at " + above.place());
        return false;
      }
    }
    Map.Entry<String, Claim> below = claims.higherEntry(at + "/");
    if (claim.kind() == Kind.FILE && below != null && below.getKey().startsWith(at + "/")) {
      Claim inner = below.getValue();
      collide(
          claim,
          "is to be a file, but " + inner.path() + " lies below it (expected: a folder)",
          "it stands at " + inner.place());
      return false;
    }
    return true;
  }

  private static String sameness(String at, Claim claim, Claim same) {
    if (claim.kind() != same.kind()) {
      return "is to be a file and a folder (expected: one of them)";
    }
    return claim.path().equals(same.path())
        ? "stands twice (expected: once)"
        : "leads to " + at + ", as " + same.path() + " does (expected: one of them)";
  }

  private void collide(Claim claim, String what, String advice) {
    problems.add(
        Problem.of(Code.DUPLICATE_ENTRY, claim.place(), claim.subject() + " " + what, advice));
  }
}
