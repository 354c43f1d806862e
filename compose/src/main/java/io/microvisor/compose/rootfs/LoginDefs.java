package io.microvisor.compose.rootfs;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/// The settings of `useradd` and its like in an image, login.defs(5); where the image has none, the programs' own.
final class LoginDefs {
  /// Where they are.
  static final String FILE = "etc/login.defs";

  private final Map<String, String> values = new HashMap<>();

  private LoginDefs() {}

  /// Those of a tree.
  static LoginDefs of(RootEditor root) throws IOException {
    LoginDefs defs = new LoginDefs();
    for (String line : root.text(FILE).orElse("").lines().toList()) {
      String[] words = line.strip().split("\\s+", 3);
      if (words.length > 1 && !words[0].startsWith("#")) {
        defs.values.put(words[0], words[1].replace("\"", ""));
      }
    }
    return defs;
  }

  /// A number, as strtol(3) reads it: with a leading 0 it is octal, with 0x hexadecimal.
  long number(String name, long otherwise) {
    String text = values.getOrDefault(name, "");
    try {
      return text.isEmpty() ? otherwise : Long.decode(text);
    } catch (NumberFormatException e) {
      return otherwise; // as the programs do, which say so in a log
    }
  }

  /// Numbers from `first` to `last`.
  record Range(long first, long last) {
    boolean contains(long number) {
      return number >= first && number <= last;
    }
  }

  /// The numbers that people's accounts get.
  Range people() {
    return new Range(number("UID_MIN", 1000), number("UID_MAX", 60_000));
  }

  /// The numbers that groups get.
  Range groups() {
    return new Range(number("GID_MIN", 1000), number("GID_MAX", 60_000));
  }

  /// The permissions of a new home folder: without the setting nobody else may look into it.
  int homeMode() {
    return (int) number("HOME_MODE", 0700) & 07777;
  }
}
