package io.microvisor.packages.deb;

import java.util.Objects;
import java.util.regex.Pattern;

/// A pattern in the manner of the shell (glob(7)): `*`, `?` and `[...]`; a text without these matches only itself.
public final class Glob {
  private final String text;
  private final Pattern pattern;

  private Glob(String text) {
    this.text = text;
    this.pattern = Pattern.compile(regex(text), Pattern.DOTALL);
  }

  /// The pattern of a text.
  public static Glob of(String text) {
    return new Glob(text);
  }

  /// Whether a text holds anything but itself.
  public static boolean isPattern(String text) {
    return text.indexOf('*') >= 0 || text.indexOf('?') >= 0 || text.indexOf('[') >= 0;
  }

  /// Whether the whole of `other` is like this.
  public boolean matches(String other) {
    return pattern.matcher(other).matches();
  }

  private static String regex(String glob) {
    StringBuilder regex = new StringBuilder();
    for (int i = 0; i < glob.length(); i++) {
      char c = glob.charAt(i);
      int close = c == '[' ? glob.indexOf(']', i + 2) : -1;
      if (close > 0) {
        regex.append(set(glob.substring(i + 1, close)));
        i = close;
      } else {
        regex.append(
            switch (c) {
              case '*' -> ".*";
              case '?' -> ".";
              default -> Pattern.quote(String.valueOf(c));
            });
      }
    }
    return regex.toString();
  }

  private static String set(String inner) {
    boolean not = inner.startsWith("!") || inner.startsWith("^");
    StringBuilder set = new StringBuilder(not ? "[^" : "[");
    for (int i = not ? 1 : 0; i < inner.length(); i++) {
      char c = inner.charAt(i);
      boolean range = c == '-' && i > (not ? 1 : 0) && i + 1 < inner.length();
      if (range && inner.charAt(i - 1) > inner.charAt(i + 1)) {
        return "(?!)"; // From z to a: nothing.
      }
      set.append(range || Character.isLetterOrDigit(c) ? String.valueOf(c) : "\\" + c);
    }
    return set.append(']').toString();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Glob glob && text.equals(glob.text);
  }

  @Override
  public int hashCode() {
    return Objects.hash(text);
  }

  /// As written.
  @Override
  public String toString() {
    return text;
  }
}
