package io.microvisor.sandbox;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/// The shell scripts beside this class.
final class Scripts {
  private Scripts() {}

  /// A script's text without its comments, which need not travel in every command line.
  static String read(String name) throws IOException {
    try (InputStream stream = Scripts.class.getResourceAsStream(name)) {
      if (stream == null) {
        throw new IllegalStateException("script " + name + ": not among our resources");
      }
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8)
          .replaceAll("(?m)^\\s*#.*\\n", "");
    }
  }
}
