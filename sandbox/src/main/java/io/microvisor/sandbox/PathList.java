package io.microvisor.sandbox;

import io.microvisor.bytes.FormatException;
import io.microvisor.formats.tree.TreePath;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;

/// The names `tar --quoting-style=escape -v` lists: one a line, `./` in front, `/` behind directories; in them a backslash
/// begins `\\`, a letter as in C, or three octal digits that are one byte.
final class PathList {
  private static final String LETTERS = "abtnvfr";
  private static final byte[] CONTROLS = {7, 8, 9, 10, 11, 12, 13};

  private PathList() {}

  /// @throws FormatException if an escape is not one of those
  static Set<TreePath> parse(byte[] list) throws FormatException {
    Set<TreePath> paths = new HashSet<>();
    ByteArrayOutputStream name = new ByteArrayOutputStream();
    for (int i = 0; i < list.length; i++) {
      if (list[i] == '\n') {
        paths.add(TreePath.of(name.toString(StandardCharsets.UTF_8)));
        name.reset();
      } else if (list[i] != '\\') {
        name.write(list[i]);
      } else {
        int next = i + 1 < list.length ? list[i + 1] : 0;
        int letter = LETTERS.indexOf(next);
        if (letter >= 0) {
          name.write(CONTROLS[letter]);
          i++;
        } else if (next >= '0' && next <= '3' && i + 3 < list.length) {
          name.write((next - '0') << 6 | (list[i + 2] - '0') << 3 | (list[i + 3] - '0'));
          i += 3;
        } else if (next == '\\' || next == ' ') {
          name.write(next);
          i++;
        } else {
          throw FormatException.damaged("path list", i, "an unknown escape");
        }
      }
    }
    return paths;
  }
}
