package io.microvisor.compose.template;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;

/// The templates that come with the toolkit: those in `templates/` of its source, carried as resources.
public final class ShippedTemplates {
  private static final List<String> NAMES = List.of("edge", "minimal");

  private ShippedTemplates() {}

  /// Their names, the default one first.
  public static List<String> names() {
    return NAMES;
  }

  /// The text of one, in UTF-8; empty when none has this name.
  public static Optional<byte[]> find(String name) {
    if (!NAMES.contains(name)) {
      return Optional.empty();
    }
    try (InputStream in = ShippedTemplates.class.getResourceAsStream("shipped/" + name + ".yaml")) {
      if (in == null) {
        throw new IllegalStateException("the shipped template " + name + " is missing in the jar");
      }
      return Optional.of(in.readAllBytes());
    } catch (IOException e) {
      throw new IllegalStateException("the jar cannot be read", e);
    }
  }

  /// The name places show for one.
  static String display(String name) {
    return "templates/" + name + ".yaml";
  }
}
