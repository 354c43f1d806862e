package io.microvisor.packages.install;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Finds, in what dpkg and our script said, which maintainer script failed and what it said itself.
final class ConfigureOutput {
  private static final Pattern OURS = Pattern.compile("emt: failed (\\S+) (\\S+) (\\d+)");
  private static final Pattern CLASH = Pattern.compile("emt: clash (.*)");
  private static final Pattern FAILED =
      Pattern.compile("dpkg: error processing package (\\S+) \\(--(?:configure|triggers-only)\\):");
  private static final Pattern REASON =
      Pattern.compile(
          " (?:installed|old|new) \\S+ package (\\S+) script subprocess"
              + " (?:returned error exit status|was killed by signal) (.*)");
  private static final Pattern BEGINNING =
      Pattern.compile("(?:emt: \\S+.*|Setting up (\\S+) .*|Processing triggers for (\\S+) .*)");
  private static final int MOST_LINES = 30;

  private ConfigureOutput() {}

  /// One sentence about the first failure, and the failing script's last lines below it.
  ///
  /// @param exit the exit status of the whole
  static String failure(List<String> lines, int exit) {
    for (int i = 0; i < lines.size(); i++) {
      Matcher ours = OURS.matcher(lines.get(i));
      if (ours.matches()) {
        return describe(
            ours.group(1),
            ours.group(2) + " script",
            "exit status " + ours.group(3),
            said(lines, i));
      }
      Matcher clash = CLASH.matcher(lines.get(i));
      if (clash.matches()) {
        return clash.group(1);
      }
      Matcher failed = FAILED.matcher(lines.get(i));
      if (failed.matches()) {
        String reason = i + 1 < lines.size() ? lines.get(i + 1) : "";
        Matcher script = REASON.matcher(reason);
        return script.matches()
            ? describe(
                failed.group(1),
                script.group(1) + " script",
                "exit status " + script.group(2),
                said(lines, i))
            : describe(failed.group(1), "configuration", reason.strip(), said(lines, i));
      }
    }
    return describe(
        "dpkg", "dpkg --configure -a", "exit status " + exit, said(lines, lines.size()));
  }

  private static String describe(String subject, String part, String how, List<String> said) {
    return "package "
        + subject
        + ": its "
        + part
        + " failed: "
        + how
        + " (expected: 0)"
        + (said.isEmpty() ? "; it said nothing" : "\n  " + String.join("\n  ", said));
  }

  private static List<String> said(List<String> lines, int end) {
    int begin = end;
    while (begin > 0 && !BEGINNING.matcher(lines.get(begin - 1)).matches()) {
      begin--;
    }
    return lines.subList(Math.max(begin, end - MOST_LINES), end);
  }
}
