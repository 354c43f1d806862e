package io.microvisor.compose.rootfs;

import io.microvisor.compose.template.Services;
import io.microvisor.compose.template.SystemConfig;
import io.microvisor.packages.solver.deb.Names;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Programs that a template's own services start and that the image does not have. Each is worth a word and no refusal: it may be
/// on a partition of its own, or made by a service before.
final class ServicePrograms {
  /// systemd.service(5): the prefixes of a program, and the settings that name one.
  private static final Pattern STARTED =
      Pattern.compile(
          "(?m)^[ \\t]*(Exec(?:Condition|StartPre|StartPost|Start|Reload|StopPost|Stop))[ \\t]*=[ \\t]*[-@:+!|]*"
              + "(?:\"([^\"\\n]*)\"|'([^'\\n]*)'|([^\\s;]+))");

  /// Where systemd looks for a program without a path.
  private static final List<String> SEARCHED =
      List.of("usr/local/sbin/", "usr/local/bin/", "usr/sbin/", "usr/bin/");

  /// What is filled, or mounted, on the machine.
  private static final Pattern OF_MACHINE =
      Pattern.compile("/(var|home|root|run|srv|mnt|media|tmp|dev|proc|sys)/.*");

  private ServicePrograms() {}

  /// A line for each that is missing, with the unit's place.
  static List<String> missing(RootEditor root, SystemConfig system) {
    List<String> lines = new ArrayList<>();
    for (Services.UnitFile unit : system.services().units()) {
      Matcher started = STARTED.matcher(unit.content().replace("\\\n", " "));
      while (started.find()) {
        String program =
            Stream.of(started.group(2), started.group(3), started.group(4))
                .filter(each -> each != null)
                .findFirst()
                .orElse("");
        if (isKnown(program, system) && !isThere(root, program)) {
          lines.add(
              "%s: %s: %s=%s, which is not in the image%s"
                  .formatted(
                      unit.place(), unit.name(), started.group(1), program, near(root, program)));
        }
      }
    }
    return lines;
  }

  /// Not where it has specifiers or variables, or lies where the machine keeps state.
  private static boolean isKnown(String program, SystemConfig system) {
    return !program.isEmpty()
        && program.indexOf('%') < 0
        && program.indexOf('$') < 0
        && program.indexOf('\\') < 0
        && !OF_MACHINE.matcher(program).matches()
        && system.persistence().paths().stream().noneMatch(kept -> kept.covers(program));
  }

  private static boolean isThere(RootEditor root, String program) {
    return program.startsWith("/")
        ? root.resolve(program.substring(1)).isPresent()
        : SEARCHED.stream().anyMatch(folder -> root.resolve(folder + program).isPresent());
  }

  private static String near(RootEditor root, String program) {
    int slash = program.lastIndexOf('/');
    List<String> folders =
        slash < 0 ? SEARCHED : List.of(program.substring(1, Math.max(1, slash)) + "/");
    List<String> names =
        folders.stream()
            .flatMap(folder -> root.children(folder).stream())
            .map(entry -> entry.path().name())
            .distinct()
            .toList();
    List<String> closest = Names.closest(program.substring(slash + 1), names);
    return closest.isEmpty() ? "" : "; did you mean " + String.join(" or ", closest) + "?";
  }
}
