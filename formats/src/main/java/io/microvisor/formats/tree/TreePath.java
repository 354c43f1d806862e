package io.microvisor.formats.tree;

import java.nio.charset.StandardCharsets;
import java.util.Objects;

/// A path in a [FileTree]: names joined by `/`, with no leading slash; the root's path is empty.
///
/// Names are Unicode text and travel as UTF-8. They are never `.`, `..` or empty, hold no `/` and no NUL, and are at
/// most 255 bytes long, so a path cannot leave the tree. Paths are ordered by the bytes of their text form in UTF-8,
/// with `/` below every other character, so that a directory's whole content follows it directly.
public final class TreePath implements Comparable<TreePath> {
  /// The root directory.
  public static final TreePath ROOT = new TreePath("");

  private static final int LONGEST_NAME = 255;

  private final String text;

  private TreePath(String text) {
    this.text = text;
  }

  /// A path from text such as `usr/bin/env`; leading `/` and `./`, trailing `/` and empty or `.` names are dropped.
  ///
  /// @throws IllegalArgumentException if a name is `..`, holds a NUL or is longer than 255 bytes
  public static TreePath of(String text) {
    if (isCanonical(text)) {
      return text.isEmpty() ? ROOT : new TreePath(text);
    }
    StringBuilder clean = new StringBuilder(text.length());
    for (String name : text.split("/", -1)) {
      if (name.isEmpty() || name.equals(".")) {
        continue;
      }
      if (!clean.isEmpty()) {
        clean.append('/');
      }
      clean.append(checkName(name, text));
    }
    return clean.isEmpty() ? ROOT : new TreePath(clean.toString());
  }

  private static boolean isCanonical(String text) {
    if (text.isEmpty()) {
      return true;
    }
    for (int start = 0; start <= text.length(); ) {
      int slash = text.indexOf('/', start);
      int end = slash < 0 ? text.length() : slash;
      int length = end - start;
      if (length == 0 || length > LONGEST_NAME / 3 || (length <= 2 && text.charAt(start) == '.')) {
        return false;
      }
      start = end + 1;
    }
    return text.indexOf(0) < 0;
  }

  private static String checkName(String name, String whole) {
    if (name.equals("..") || name.indexOf(0) >= 0 || name.indexOf('/') >= 0) {
      throw new IllegalArgumentException(
          "path: \"" + whole.replace('\0', '?') + "\" (expected: no \"..\" and no NUL)");
    }
    int bytes = name.getBytes(StandardCharsets.UTF_8).length;
    if (bytes > LONGEST_NAME) {
      throw new IllegalArgumentException(
          "path: a name of " + bytes + " bytes (expected: at most 255) in \"" + whole + "\"");
    }
    return name;
  }

  /// Whether this is the root.
  public boolean isRoot() {
    return text.isEmpty();
  }

  /// The last name; empty for the root.
  public String name() {
    return text.substring(text.lastIndexOf('/') + 1);
  }

  /// The directory this lies in; the root's is the root.
  public TreePath parent() {
    int slash = text.lastIndexOf('/');
    return slash < 0 ? ROOT : new TreePath(text.substring(0, slash));
  }

  /// This path with one more name, or several joined by `/`.
  public TreePath resolve(String names) {
    return of(text.isEmpty() ? names : text + "/" + names);
  }

  /// Whether this is `directory` or lies below it.
  public boolean startsWith(TreePath directory) {
    return directory.isRoot()
        || text.equals(directory.text)
        || (text.startsWith(directory.text) && text.charAt(directory.text.length()) == '/');
  }

  /// Whether this lies directly in `directory`.
  boolean isChildOf(TreePath directory) {
    int start = directory.isRoot() ? 0 : directory.text.length() + 1;
    return text.length() > start && startsWith(directory) && text.indexOf('/', start) < 0;
  }

  /// The same place below `to` instead of `from`.
  ///
  /// @throws IllegalArgumentException if this does not start with `from`
  public TreePath moved(TreePath from, TreePath to) {
    if (!startsWith(from)) {
      throw new IllegalArgumentException(
          "path: " + this + " (expected: below " + from.absolute() + ")");
    }
    String rest =
        from.isRoot() ? text : text.substring(Math.min(text.length(), from.text.length() + 1));
    return to.resolve(rest);
  }

  /// The path as seen in the running system, with a leading slash.
  public String absolute() {
    return "/" + text;
  }

  @Override
  public int compareTo(TreePath other) {
    int shorter = Math.min(text.length(), other.text.length());
    for (int i = 0; i < shorter; i++) {
      char mine = text.charAt(i);
      char theirs = other.text.charAt(i);
      if (mine != theirs) {
        return Integer.compare(rank(mine), rank(theirs));
      }
    }
    return Integer.compare(text.length(), other.text.length());
  }

  /// Characters in the order of their bytes in UTF-8, which is that of code points; but surrogates, which stand for the
  /// code points above all others, come before the last of those that need none.
  private static int rank(char c) {
    return c == '/' ? -1 : Character.isSurrogate(c) ? Character.MAX_VALUE + c : c;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TreePath that && text.equals(that.text);
  }

  @Override
  public int hashCode() {
    return Objects.hashCode(text);
  }

  /// The text form without a leading slash; empty for the root.
  @Override
  public String toString() {
    return text;
  }
}
