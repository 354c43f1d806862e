package io.microvisor.systemtests;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// Where tests keep what they download, from run to run: `EMT_TEST_CACHE` (a system property, or an environment
/// variable), else `build/test-cache` in the checkout.
public final class TestCache {
  private static final String NAME = "EMT_TEST_CACHE";

  private TestCache() {}

  /// The directory; made if it is not there.
  public static Path directory() throws IOException {
    Path directory =
        Optional.ofNullable(System.getProperty(NAME))
            .or(() -> Optional.ofNullable(System.getenv(NAME)))
            .filter(text -> !text.isEmpty())
            .map(Path::of)
            .orElseGet(() -> checkout().resolve("build/test-cache"));
    return Files.createDirectories(directory.toAbsolutePath().normalize());
  }

  /// The folder of the checkout, which holds the launcher.
  public static Path checkout() {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.isRegularFile(folder.resolve("emt"))) {
      Path parent = folder.getParent();
      if (parent == null) {
        throw new IllegalStateException(
            Path.of("").toAbsolutePath()
                + ": not in a checkout (expected: a launcher emt above it)");
      }
      folder = parent;
    }
    return folder;
  }
}
