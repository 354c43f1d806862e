package io.microvisor.cli;

import io.microvisor.packages.solver.deb.Names;
import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;

/// Names of packages as they are written on the command line: with `*` for anything and `?` for one character.
final class Wildcard {
  private Wildcard() {}

  /// Whether a name is what was written.
  static boolean matches(String written, String name) {
    StringBuilder regex = new StringBuilder();
    written
        .codePoints()
        .forEach(c ->
            regex.append(
                switch (c) {
                  case '*' -> ".*";
                  case '?' -> ".";
                  default -> Pattern.quote(Character.toString(c));
                }));
    return name.matches(regex.toString());
  }

  /// What may have been meant, to be put behind "expected: ..."; empty if nothing is near.
  static String suggestion(String written, Collection<String> known) {
    List<String> near = Names.closest(written, known);
    return near.isEmpty() ? "" : "; did you mean " + String.join(" or ", near) + "?";
  }
}
