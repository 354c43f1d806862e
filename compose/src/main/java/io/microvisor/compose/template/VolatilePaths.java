package io.microvisor.compose.template;

import io.microvisor.compose.problem.Code;
import io.microvisor.compose.problem.Problem;
import java.util.List;
import java.util.Optional;

/// Paths that every machine has in memory, so that nothing an image holds there is ever seen.
public final class VolatilePaths {
  private static final List<String> FOLDERS = List.of("/dev", "/proc", "/run", "/sys", "/tmp");

  /// Links that base-files brings in every image; what other links lead to shows only in the tree.
  private static final List<Link> LINKS =
      List.of(new Link("/var/run", "/run"), new Link("/var/lock", "/run/lock"));

  private record Link(String path, String target) {}

  private VolatilePaths() {}

  /// Whether a path, all of whose links were followed, lies in memory.
  public static boolean covers(String path) {
    return FOLDERS.stream().anyMatch(folder -> isAtOrBelow(path, folder));
  }

  /// Where a path leads in memory, by the links that are the same in every image; empty if it does not.
  public static Optional<String> reached(String path) {
    String real =
        LINKS.stream()
            .filter(link -> isAtOrBelow(path, link.path()))
            .map(link -> link.target() + path.substring(link.path().length()))
            .findFirst()
            .orElse(path);
    return covers(real) ? Optional.of(real) : Optional.empty();
  }

  /// That a path leads there.
  ///
  /// @param reached where it leads, links followed
  public static Problem problem(PathClaims.Claim claim, String reached) {
    return Problem.of(
        Code.NO_PLACE,
        claim.place(),
        claim.subject()
            + (reached.equals(claim.path()) ? "" : ": is " + reached + ", which")
            + " lies in memory on every machine (expected: a path on disk)",
        advice(reached));
  }

  private static String advice(String reached) {
    if (isAtOrBelow(reached, "/proc")) {
      return "a kernel setting goes into a file below /usr/lib/sysctl.d";
    }
    return isAtOrBelow(reached, "/sys")
        ? "a line that begins with w, in a file below /usr/lib/tmpfiles.d, sets it at each boot"
        : "a line for it in a file below /usr/lib/tmpfiles.d has it made at each boot";
  }

  private static boolean isAtOrBelow(String path, String folder) {
    return path.equals(folder) || path.startsWith(folder + "/");
  }
}
