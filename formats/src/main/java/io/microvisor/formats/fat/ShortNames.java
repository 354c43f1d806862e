package io.microvisor.formats.fat;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Gives the names of one directory their unique 8.3 names (specification §7.4 and §6.1).
///
/// A name that is an 8.3 name in capitals keeps it and needs no long name. All others get an alias: capitals, what may
/// not stand in an 8.3 name replaced or left out, and a tail `~N` where that loses something or meets another name.
final class ShortNames {
  private static final String ALLOWED = "$%'-_@~`!(){}^#&";
  private static final String FORBIDDEN = "\"*/:<>?\\|";
  private static final int LONGEST_NAME = 255;
  private static final int MOST_TAILS = 999_999;

  private final Set<String> taken = new HashSet<>();
  private final Map<String, Integer> nextTail = new HashMap<>();

  private ShortNames() {}

  /// The 8.3 names, 11 characters each, of the names of a directory.
  ///
  /// @param names in the order in which they take their numbers
  /// @param directory the directory as messages name it
  /// @throws IllegalArgumentException if a name cannot stand in a FAT, or two differ in case only
  static Map<String, String> of(List<String> names, String directory) {
    ShortNames shortNames = new ShortNames();
    Map<String, String> folded = new HashMap<>();
    for (String name : names) {
      check(name, directory);
      String other = folded.putIfAbsent(fold(name), name);
      if (other != null) {
        throw new IllegalArgumentException(
            "%s: \"%s\" and \"%s\" are the same name in a FAT (expected: a difference besides case)"
                .formatted(directory, other, name));
      }
      if (isShort(capitals(name))) {
        shortNames.taken.add(padded(capitals(name)));
      }
    }
    Map<String, String> result = new HashMap<>();
    for (String name : names) {
      String capitals = capitals(name);
      result.put(name, isShort(capitals) ? padded(capitals) : shortNames.alias(capitals));
    }
    return result;
  }

  /// Whether a name is an 8.3 name as it stands, so that it needs no long name.
  static boolean isShort(String name) {
    int dot = name.indexOf('.');
    String base = dot < 0 ? name : name.substring(0, dot);
    String extension = dot < 0 ? "" : name.substring(dot + 1);
    return fits(base, 8)
        && !base.isEmpty()
        && fits(extension, 3)
        && (dot < 0 || !extension.isEmpty());
  }

  private static boolean fits(String part, int most) {
    return part.length() <= most && part.chars().allMatch(ShortNames::isAllowed);
  }

  private static boolean isAllowed(int c) {
    return c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || ALLOWED.indexOf(c) >= 0;
  }

  /// Only a-z have capitals here: those of other letters would not fit, or be those of a-z (U+00DF, U+0131).
  private static String capitals(String name) {
    StringBuilder capitals = new StringBuilder(name);
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      capitals.setCharAt(i, c >= 'a' && c <= 'z' ? (char) (c - 'a' + 'A') : c);
    }
    return capitals.toString();
  }

  private static String padded(String name) {
    int dot = name.lastIndexOf('.');
    return dot < 0 ? pad(name, "") : pad(name.substring(0, dot), name.substring(dot + 1));
  }

  private static String pad(String base, String extension) {
    return base + " ".repeat(8 - base.length()) + extension + " ".repeat(3 - extension.length());
  }

  private String alias(String capitals) {
    String trimmed = capitals.replace(" ", "").replaceFirst("^\\.+", "");
    int dot = trimmed.lastIndexOf('.');
    String base = legal(dot < 0 ? trimmed : trimmed.substring(0, dot).replace(".", ""));
    String extension = legal(dot < 0 ? "" : trimmed.substring(dot + 1));
    base = base.isEmpty() ? "_" : base;
    extension = extension.substring(0, Math.min(3, extension.length()));
    // Names that begin alike share a count, or a large directory would try each number for each
    // name.
    String alike = base.substring(0, Math.min(base.length(), 6)) + "." + extension;
    for (int tail = nextTail.getOrDefault(alike, 1); tail <= MOST_TAILS; tail++) {
      String number = "~" + tail;
      String head = base.substring(0, Math.min(base.length(), 8 - number.length()));
      String alias = pad(head + number, extension);
      if (taken.add(alias)) {
        nextTail.put(alike, tail + 1);
        return alias;
      }
    }
    throw new IllegalStateException("a directory has fewer entries than there are tails");
  }

  private static String legal(String part) {
    StringBuilder legal = new StringBuilder();
    part.codePoints().forEach(c -> legal.append(isAllowed(c) ? (char) c : '_'));
    return legal.toString();
  }

  private static void check(String name, String directory) {
    String wrong = wrong(name);
    if (!wrong.isEmpty()) {
      throw new IllegalArgumentException(
          directory + ": \"" + name + "\" cannot be a name in a FAT: " + wrong);
    }
  }

  /// What keeps a name out of a FAT; empty if nothing does.
  static String wrong(String name) {
    if (name.isEmpty() || name.length() > LONGEST_NAME) {
      return name.length() + " UTF-16 units (expected: 1 to 255)";
    }
    if (name.endsWith(".") || name.endsWith(" ")) {
      return "it ends with a dot or a space (expected: any other end)";
    }
    for (int i = 0; i < name.length(); ) {
      int c = name.codePointAt(i);
      if (c < 0x20 || FORBIDDEN.indexOf(c) >= 0) {
        return "character U+%04X (expected: no control characters and none of %s)"
            .formatted(c, FORBIDDEN);
      }
      if (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE || c == 0xffff) {
        return "U+%04X is no character (expected: Unicode text)".formatted(c);
      }
      i += Character.charCount(c);
    }
    return "";
  }

  /// Names with the same fold are the same name to some reader.
  static String fold(String name) {
    StringBuilder folded = new StringBuilder();
    for (int i = 0; i < name.length(); i++) {
      folded.append(Character.toLowerCase(Character.toUpperCase(name.charAt(i))));
    }
    return folded.toString();
  }
}
