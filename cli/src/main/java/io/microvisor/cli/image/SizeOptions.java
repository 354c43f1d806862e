package io.microvisor.cli.image;

import io.microvisor.cli.terminal.ExitCode;
import io.microvisor.cli.terminal.FailureException;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/// What `emt inspect --size` is to show.
final class SizeOptions {
  private static final int DEPTH = 4;
  private static final int LIMIT = 8;

  @Option(
      names = "--size",
      description = {
        "Tell where the bytes are: stored (compressed) and unpacked, down to folders, in the root file system, the"
            + " initrd and the rest; and by package."
      })
  private boolean size;

  @Option(
      names = "--depth",
      paramLabel = "N",
      description = "With --size: how many levels of the tree to show (default: 4; --json: all).")
  private Optional<Integer> depth = Optional.empty();

  @Option(
      names = "--limit",
      paramLabel = "N",
      description =
          "With --size: how many parts of each, the largest first (default: 8; --json: all). On a terminal, what"
              + " takes less than a five-hundredth of the image is not listed by itself.")
  private Optional<Integer> limit = Optional.empty();

  @Option(
      names = "--html",
      paramLabel = "FILE",
      description =
          "Write the sizes as a page with a picture (a treemap), which needs nothing else.")
  private Optional<Path> html = Optional.empty();

  /// Whether sizes are asked for.
  ///
  /// @throws FailureException if an option stands without the one it belongs to
  boolean wanted() throws FailureException {
    if (!size && html.isEmpty() && (depth.isPresent() || limit.isPresent())) {
      throw new FailureException(
          ExitCode.USAGE, "--depth, --limit: without --size (expected: --size with them)");
    }
    if (depth.orElse(1) < 1 || limit.orElse(1) < 1) {
      throw new FailureException(ExitCode.USAGE, "--depth, --limit: less than 1 (expected: >= 1)");
    }
    return size || html.isPresent();
  }

  /// How many levels below the whole.
  int depth(boolean forMachines) {
    return depth.orElse(forMachines ? Integer.MAX_VALUE : DEPTH);
  }

  /// How many parts of each.
  int limit(boolean forMachines) {
    return limit.orElse(forMachines ? Integer.MAX_VALUE : LIMIT);
  }

  /// The page to write, if any.
  Optional<Path> html() {
    return html;
  }

  /// Whether they are printed, too.
  boolean printed() {
    return size || html.isEmpty();
  }
}
