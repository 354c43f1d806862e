package io.microvisor.compose.rootfs;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// Ranges of ids that a user may use in user namespaces of their own, subuid(5) and subgid(5): a rootless container is
/// made of them. They are found as `useradd` finds them.
final class SubordinateIds {
  /// A line `owner:first:count`; the order is that of the file.
  private record Range(String owner, long first, long count) {
    static final Comparator<Range> ORDER =
        Comparator.comparingLong(Range::first)
            .thenComparingLong(Range::count)
            .thenComparing(Range::owner);

    String line() {
      return owner + ":" + first + ":" + count;
    }
  }

  private SubordinateIds() {}

  /// Gives a user the next free ranges, in an image that can use them: where there is such a file, which the package passwd
  /// makes, or the program that reads it.
  static void add(RootEditor root, LoginDefs defs, String user) throws IOException {
    add(root, "etc/subuid", defs, "SUB_UID", user);
    add(root, "etc/subgid", defs, "SUB_GID", user);
  }

  private static void add(
      RootEditor root, String file, LoginDefs defs, String settings, String user)
      throws IOException {
    long count = defs.number(settings + "_COUNT", 65_536);
    if (count == 0 || !root.exists(file) && !root.exists("usr/bin/newuidmap")) {
      return;
    }
    List<Range> ranges = new ArrayList<>();
    List<String> others = new ArrayList<>();
    for (String line : root.text(file).orElse("").lines().toList()) {
      String[] fields = line.split(":", -1);
      if (fields.length == 3 && fields[1].matches("\\d{1,10}") && fields[2].matches("\\d{1,10}")) {
        ranges.add(new Range(fields[0], Long.parseLong(fields[1]), Long.parseLong(fields[2])));
      } else {
        others.add(line);
      }
    }
    ranges.sort(Range.ORDER);
    long first = defs.number(settings + "_MIN", 100_000);
    for (Range range : ranges) {
      if (range.first() - first >= count) {
        break;
      }
      first = Math.max(first, range.first() + range.count());
    }
    if (first + count - 1 > defs.number(settings + "_MAX", 600_100_000)) {
      return;
    }
    StringBuilder text = new StringBuilder();
    ranges.forEach(range -> text.append(range.line()).append('\n'));
    others.forEach(line -> text.append(line).append('\n'));
    text.append(new Range(user, first, count).line()).append('\n');
    root.rewrite(file, text.toString());
  }
}
