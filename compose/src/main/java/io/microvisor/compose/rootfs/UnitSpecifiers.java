package io.microvisor.compose.rootfs;

import java.io.IOException;
import java.util.Optional;

/// Replaces specifiers in an `[Install]` section (systemd.unit(5), "SPECIFIERS") where the image knows what they stand for.
/// What only a machine knows (its id, its kernel's release) stays as it is, and so leads to no valid name.
final class UnitSpecifiers {
  private final RootEditor root;

  UnitSpecifiers(RootEditor root) {
    this.root = root;
  }

  /// `text` for the unit `name`.
  ///
  /// @param defaultInstance what stands for the instance of a template
  String expand(String text, UnitName name, Optional<String> defaultInstance) throws IOException {
    StringBuilder expanded = new StringBuilder();
    int at = 0;
    for (int percent = next(text, 0); percent >= 0; percent = next(text, at)) {
      String specifier = text.substring(percent, percent + 2);
      expanded.append(text, at, percent);
      expanded.append(value(specifier.charAt(1), name, defaultInstance).orElse(specifier));
      at = percent + 2;
    }
    expanded.append(text.substring(at));
    return expanded.toString();
  }

  /// Where the next specifier begins; -1 if there is none. A percent sign at the end is none.
  private static int next(String text, int from) {
    int percent = text.indexOf('%', from);
    return percent + 1 < text.length() ? percent : -1;
  }

  private Optional<String> value(char letter, UnitName name, Optional<String> defaultInstance)
      throws IOException {
    UnitName full =
        switch (name.kind()) {
          case PLAIN, INSTANCE -> name;
          case TEMPLATE -> defaultInstance.map(name::withInstance).orElse(name);
        };
    return switch (letter) {
      case '%' -> Optional.of("%");
      case 'i' -> Optional.of(full.instance().orElse(""));
      case 'j' -> Optional.of(name.prefix().substring(name.prefix().lastIndexOf('-') + 1));
      case 'n' -> Optional.of(full.toString());
      case 'N' -> Optional.of(full.prefix() + full.instance().map(each -> "@" + each).orElse(""));
      case 'p' -> Optional.of(name.prefix());
      case 'a' -> Optional.of("x86-64");
      case 'u', 'g' -> Optional.of("root");
      case 'U', 'G' -> Optional.of("0");
      case 'A' -> Optional.of(release("IMAGE_VERSION"));
      case 'B' -> Optional.of(release("BUILD_ID"));
      case 'M' -> Optional.of(release("IMAGE_ID"));
      case 'o' -> Optional.of(release("ID"));
      case 'w' -> Optional.of(release("VERSION_ID"));
      case 'W' -> Optional.of(release("VARIANT_ID"));
      default -> Optional.empty();
    };
  }

  private String release(String key) throws IOException {
    return root.text("usr/lib/os-release")
        .orElse("")
        .lines()
        .filter(line -> line.startsWith(key + "="))
        .reduce((_, last) -> last)
        .map(line -> line.substring(key.length() + 1).strip().replaceAll("^[\"'](.*)[\"']$", "$1"))
        .orElse("");
  }
}
