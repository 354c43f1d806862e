package io.microvisor.compose.answers;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/// The texts that images get as they are.
final class Resource {
  private Resource() {}

  static String text(String name) {
    try (InputStream in = Resource.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException(name + ": not among our resources");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new IllegalStateException(name + ": cannot be read", e);
    }
  }
}
