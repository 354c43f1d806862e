package io.microvisor.compose.template;

import io.microvisor.compose.problem.Code;
import io.microvisor.compose.problem.Place;
import io.microvisor.compose.problem.Problem;
import io.microvisor.compose.schema.Syntax;
import io.microvisor.compose.template.ShellAssignments.Assignment;
import io.microvisor.compose.template.ShellAssignments.Word;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Reads EMT's `layout.env` strictly: what EMT's reader would trip over, or silently pass by, is a problem.
final class LayoutEnvReader {
  private static final String OVERLAY = "OVERLAY";
  private static final String OVERLAY_TARGET = "TMPFS_OVERLAY_TARGET";
  private static final String OVERLAYS = LayoutEnv.OVERLAYS;
  private static final String BIND_TARGET = "PERSISTENT_BIND_TARGET";
  private static final String BINDS = "PERSISTENT_BIND_PATHS";
  private static final List<String> NAMES =
      List.of(OVERLAY, OVERLAY_TARGET, OVERLAYS, BIND_TARGET, BINDS);
  private static final Pattern TMPFS = Pattern.compile("tmpfs:([0-9]{1,9}[kKmMgG%]?)");

  /// What cannot hide below the partition.
  private static final Set<String> NO_MOUNT_POINT =
      Set.of(
          "bin", "boot", "dev", "efi", "etc", "home", "lib", "lib32", "lib64", "proc", "root",
          "run", "sbin", "sys", "tmp", "usr", "var");

  private final List<Problem> problems;

  /// What each name has in the end; unset ones are missing, empty ones are not.
  private final SortedMap<String, List<Word>> values = new TreeMap<>();

  private LayoutEnvReader(List<Problem> problems) {
    this.problems = problems;
  }

  /// What a file says, as far as it is sound; the problems tell whether it is.
  static LayoutEnv read(String file, String text, List<Problem> problems) {
    LayoutEnvReader reader = new LayoutEnvReader(problems);
    ShellAssignments.read(file, text, problems).forEach(reader::assign);
    return reader.layout();
  }

  private void assign(Assignment assignment) {
    String name = assignment.name();
    if (!NAMES.contains(name)) {
      add(
          assignment.place(),
          name + ": means nothing here",
          "one of " + String.join(", ", NAMES),
          "remove it");
    } else if (assignment.appended() && !name.equals(OVERLAYS) && !name.equals(BINDS)) {
      add(assignment.place(), name + ": is added to", name + "=");
    } else if (assignment.appended() && values.containsKey(name)) {
      // Without a blank, the last path and the first one added would become one.
      if (!assignment.value().isEmpty() && !assignment.value().matches("(?s)[ \\t\\n].*")) {
        add(assignment.place(), name + ": runs into what it is added to", "a blank in front");
      }
      values.get(name).addAll(assignment.words());
    } else {
      values.put(name, new ArrayList<>(assignment.words()));
    }
  }

  private LayoutEnv layout() {
    List<String> overlays =
        values.containsKey(OVERLAYS) ? paths(OVERLAYS) : new ArrayList<>(List.of("/var"));
    List<String> binds = paths(BINDS);
    // What is mounted already is passed by.
    binds.removeAll(overlays);
    String bindTarget = target(BIND_TARGET, "/opt/.mount/persistent");
    String mountPoint = "/" + first(bindTarget);
    overlays.remove(mountPoint);
    binds.remove(mountPoint);
    LayoutEnv layout =
        new LayoutEnv(
            size(), target(OVERLAY_TARGET, "/opt/.mount/tmpfs"), overlays, bindTarget, binds);
    checkTargets(layout);
    return layout;
  }

  private String size() {
    Optional<Word> word = single(OVERLAY);
    var matcher = TMPFS.matcher(word.map(Word::text).orElse("tmpfs:25%"));
    if (matcher.matches()) {
      return matcher.group(1);
    }
    add(
        word.orElseThrow().place(),
        OVERLAY + ": " + word.get().text(),
        "tmpfs: and a size, such as tmpfs:25%");
    return "25%";
  }

  private String target(String name, String otherwise) {
    Optional<Word> word = single(name);
    return word.isPresent() && isPath(name, word.get()) ? word.get().text() : otherwise;
  }

  /// The one word of a name; empty if the name is unset or empty, which is the same for these.
  private Optional<Word> single(String name) {
    List<Word> words = values.getOrDefault(name, List.of());
    if (words.size() > 1) {
      add(words.get(1).place(), name + ": " + words.get(1).text() + " follows", "one word");
    }
    return words.stream().findFirst();
  }

  private List<String> paths(String name) {
    Set<String> paths = new LinkedHashSet<>();
    for (Word word : values.getOrDefault(name, List.of())) {
      if (isPath(name, word)) {
        paths.add(word.text());
      }
    }
    return new ArrayList<>(paths);
  }

  private boolean isPath(String name, Word word) {
    if (!Syntax.KEPT_PATH.accepts(word.text())) {
      add(word.place(), name + ": " + word.text(), Syntax.KEPT_PATH.expected());
      return false;
    }
    if (VolatilePaths.reached(word.text()).isPresent()) {
      add(
          word.place(),
          name + ": " + word.text() + ": lies in memory on every machine",
          "a path on disk");
      return false;
    }
    return true;
  }

  private void checkTargets(LayoutEnv layout) {
    if (NO_MOUNT_POINT.contains(first(layout.bindTarget()))) {
      add(
          place(BIND_TARGET),
          BIND_TARGET
              + ": "
              + layout.bindTarget()
              + ": the partition would hide "
              + layout.mountPoint(),
          "a path below /opt, or below a folder of its own");
    } else if (!layout.overlayTarget().startsWith(layout.mountPoint() + "/")) {
      add(
          place(OVERLAY_TARGET, BIND_TARGET),
          OVERLAY_TARGET + ": " + layout.overlayTarget() + ": lies on the read-only root",
          "a path below " + layout.mountPoint() + ", where the partition is mounted");
    }
  }

  /// Where the first of these names that says something says it; with defaults alone, nothing is wrong.
  private Place place(String... names) {
    return Stream.of(names)
        .flatMap(name -> values.getOrDefault(name, List.of()).stream())
        .map(Word::place)
        .findFirst()
        .orElseThrow();
  }

  private static String first(String path) {
    return path.split("/", 3)[1];
  }

  private void add(Place place, String what, String expected, String... advice) {
    problems.add(
        Problem.of(Code.BAD_LAYOUT_ENV, place, what + " (expected: " + expected + ")", advice));
  }
}
