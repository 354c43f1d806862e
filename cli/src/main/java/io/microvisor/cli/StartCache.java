package io.microvisor.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// The file that the launcher had Java begin with.
final class StartCache {
  private static final String FILE = "emt.start.cache";

  private StartCache() {}

  /// Deletes it where Java could make nothing of it, so that the launcher has another made. Java checks all of it, begins
  /// without it if anything is wrong, and says in `java.vm.info` whether it has one.
  static void dropIfUnusable() {
    String file = System.getProperty(FILE, "");
    if (!file.isEmpty() && !System.getProperty("java.vm.info", "sharing").contains("sharing")) {
      try {
        Files.deleteIfExists(Path.of(file));
      } catch (IOException _) {
        // Another's, or read-only: then commands take longer to begin, and nothing else is wrong.
      }
    }
  }
}
