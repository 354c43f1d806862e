package io.microvisor.compose.rootfs;

import io.microvisor.compose.problem.Code;
import io.microvisor.compose.problem.Place;
import io.microvisor.compose.problem.Problem;
import io.microvisor.compose.template.Services;
import io.microvisor.formats.tree.FileView;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The units that let people log in on a console: they run `agetty`, which asks for a name and starts another program.
///
/// Where that program is missing, agetty starts again for ever and nobody gets in: an image that passes for sound until its
/// network fails. So it is refused.
public final class Gettys {
  /// Has [#LOGIN]. Nothing depends on it, and since Debian 13 it is not essential.
  public static final String PACKAGE = "login";

  /// What agetty starts unless it is told otherwise (agetty(8), `--login-program`).
  private static final String LOGIN = "/bin/login";

  private static final String TARGET = "getty.target";
  private static final String SERIAL = "serial-getty@.service";
  private static final String VIRTUAL = "getty@.service";

  /// Adds [#SERIAL] for the kernel's console to [#TARGET] (systemd-getty-generator(8)).
  private static final String GENERATOR = "systemd-getty-generator";

  private static final String UNIT_PREFIXES = "-@:+!|";

  /// The options of agetty that take a value, but the one for the login program.
  private static final Set<String> WITH_VALUE =
      Set.of(
          "-a",
          "--autologin",
          "-C",
          "--chdir",
          "-d",
          "--delay",
          "--erase-chars",
          "-f",
          "--issue-file",
          "-H",
          "--host",
          "-I",
          "--init-string",
          "--kill-chars",
          "-o",
          "--login-options",
          "-P",
          "--nice",
          "-r",
          "--chroot",
          "-t",
          "--timeout");

  /// A word of a command line (systemd.service(5), "COMMAND LINES").
  private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|'([^']*)'|(\\S+)");

  private final FileView root;
  private final UnitFiles units;

  private Gettys(FileView root) {
    this.root = root;
    this.units = new UnitFiles(root);
  }

  /// Whether a template leaves any way to log in on a console.
  public static boolean wanted(Services services) {
    Set<String> masked = new TreeSet<>();
    services.mask().forEach(unit -> masked.add(UnitLinks.fullName(unit.name())));
    return !masked.contains(TARGET) && !masked.containsAll(Set.of(SERIAL, VIRTUAL));
  }

  /// What keeps the gettys of a root from working.
  ///
  /// @param place where in the template to look
  static List<Problem> check(FileView root, Place place) throws IOException {
    Gettys gettys = new Gettys(root);
    List<Problem> problems = new ArrayList<>();
    for (String unit : gettys.started()) {
      for (String program : gettys.programs(unit)) {
        if (!gettys.canRun(program)) {
          problems.add(problem(unit, program, place));
        }
      }
    }
    return problems;
  }

  private static Problem problem(String unit, String program, Place place) {
    return Problem.of(
        Code.NO_LOGIN,
        place,
        unit
            + ": "
            + program
            + " is no program of the image (expected: one, or nobody can log in on this console)",
        program.equals(LOGIN)
            ? "do not remove it: the package " + PACKAGE + " has it"
            : "add the package that has it to systemConfig.packages",
        "for a machine without a console, mask " + TARGET + " under systemConfig.services");
  }

  /// The units that a boot starts, those for the kernel's console by their template's name.
  private SortedSet<String> started() throws IOException {
    SortedSet<String> started = units.pulledInBy(units.defaultTarget());
    if (started.contains(TARGET) && units.generators().contains(GENERATOR)) {
      started.add(SERIAL);
    }
    return started;
  }

  /// The programs that a unit needs in order to let somebody in; none if it is no getty, or masked.
  private List<String> programs(String unit) throws IOException {
    Optional<List<String>> command = command(units.text(unit).orElse(""));
    if (command.isEmpty() || !command.get().getFirst().endsWith("/agetty")) {
      return List.of();
    }
    return List.of(command.get().getFirst(), loginProgram(command.get()));
  }

  /// The last command that `ExecStart=` gives; empty if there is none.
  private static Optional<List<String>> command(String unit) {
    Optional<List<String>> command = Optional.empty();
    for (String raw : unit.replace("\\\n", " ").lines().toList()) {
      String line = raw.strip();
      if (line.startsWith("ExecStart=")) {
        List<String> words = words(line.substring("ExecStart=".length()));
        command = words.isEmpty() ? Optional.empty() : Optional.of(words);
      }
    }
    return command;
  }

  private static List<String> words(String command) {
    int begin = 0;
    while (begin < command.length() && UNIT_PREFIXES.indexOf(command.charAt(begin)) >= 0) {
      begin++;
    }
    List<String> words = new ArrayList<>();
    Matcher word = WORD.matcher(command.substring(begin));
    while (word.find()) {
      words.add(
          Optional.ofNullable(word.group(1))
              .or(() -> Optional.ofNullable(word.group(2)))
              .orElseGet(word::group));
    }
    return words;
  }

  private static String loginProgram(List<String> agetty) {
    String program = LOGIN;
    Iterator<String> words = agetty.listIterator(1);
    while (words.hasNext()) {
      String word = words.next();
      if ((word.equals("-l") || word.equals("--login-program")) && words.hasNext()) {
        program = words.next();
      } else if (word.startsWith("--login-program=")) {
        program = word.substring(word.indexOf('=') + 1);
      } else if (word.startsWith("-l") && word.length() > 2) {
        program = word.substring(2);
      } else if (WITH_VALUE.contains(word) && words.hasNext()) {
        words.next();
      }
    }
    return program;
  }

  private boolean canRun(String program) throws IOException {
    return root.resolve(program)
        .filter(seen -> seen instanceof FileView.Seen.File && (seen.meta().mode() & 0111) != 0)
        .isPresent();
  }
}
