package io.microvisor.compose.kernel;

import io.microvisor.compose.problem.Code;
import io.microvisor.compose.problem.Place;
import io.microvisor.compose.problem.Problem;
import io.microvisor.compose.problem.RejectedException;
import io.microvisor.compose.template.Kernel;
import io.microvisor.compose.template.PackageWish;
import io.microvisor.formats.tree.TreePath;
import io.microvisor.packages.install.Installed;
import io.microvisor.packages.install.MergedPackages;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/// What a build of modules says, and what of it explains a failure.
final class BuildLog {
  private static final String OURS = "emt: ";
  private static final String SOURCE = "emt: source ";
  private static final String FAILED = "emt: failed ";
  private static final String EXCLUDED = "build 77";
  private static final int MOST_LINES = 50_000;
  private static final int MOST_SHOWN = 12;
  private static final Pattern TELLING =
      Pattern.compile(
          ".*(: (fatal )?error: |: undefined reference|ERROR: |\\*\\*\\* |: not found|No such file).*"
              + "|(E|e)rror[:!].*");

  private final Consumer<String> listener;
  private final List<String> lines = new ArrayList<>();

  BuildLog(Consumer<String> listener) {
    this.listener = listener;
  }

  synchronized void add(String line) {
    if (lines.size() < MOST_LINES) {
      lines.add(line);
    }
    if (!line.startsWith(OURS)) {
      listener.accept(line);
    }
  }

  /// That there is nothing to build against.
  static RejectedException noHeaders(Kernel kernel) {
    return new RejectedException(
        List.of(
            Problem.of(
                Code.MODULE_NOT_BUILT,
                kernel.dkms().getFirst().place(),
                "dkms: no /lib/modules/<release>/build in the build packages (expected: the headers of"
                    + " the image's kernel)",
                "name the package with the headers under systemConfig.kernel.dkms")));
  }

  /// Why the build ended with `exit`.
  synchronized IOException failure(MergedPackages packages, Kernel kernel, int exit) {
    String[] source = last(SOURCE).split(" ", -1);
    String failed = last(FAILED);
    if (source.length != 4 || failed.isEmpty()) {
      return new IOException(
          "dkms: the build ended with status " + exit + shown(lines) + " (expected: 0)");
    }
    Installed owner = owner(packages, source[0]);
    String subject = owner.name() + " " + owner.version() + ": " + source[1] + " " + source[2];
    List<String> said = lines.subList(lastIndex(SOURCE) + 1, lines.size());
    Place place = place(kernel, owner.name());
    if (failed.equals(EXCLUDED)) {
      return rejected(
          place,
          subject
              + " does not support kernel "
              + source[3]
              + " (expected: one that BUILD_EXCLUSIVE in "
              + source[0]
              + "/dkms.conf admits)"
              + shown(relevant(said)),
          "take another kernel, or a newer version of " + owner.name());
    }
    if (failed.startsWith("twice ")) {
      return rejected(
          place,
          subject
              + ": its module "
              + failed.substring("twice ".length())
              + " comes from another source, too (expected: one source for each module)",
          "leave one of the packages out of systemConfig.kernel.dkms");
    }
    return rejected(
        place,
        subject
            + " does not build for kernel "
            + source[3]
            + " (expected: exit status 0)"
            + shown(relevant(said)),
        "take another version of " + owner.name() + ", or another kernel");
  }

  private static RejectedException rejected(Place place, String what, String advice) {
    return new RejectedException(List.of(Problem.of(Code.MODULE_NOT_BUILT, place, what, advice)));
  }

  /// The lines that tell what went wrong: the first that name an error; where none does, the last.
  static List<String> relevant(List<String> said) {
    List<String> telling =
        said.stream()
            .filter(line -> !line.startsWith(OURS) && TELLING.matcher(line).matches())
            .distinct()
            .limit(MOST_SHOWN)
            .toList();
    List<String> all = said.stream().filter(line -> !line.startsWith(OURS)).toList();
    return telling.isEmpty()
        ? all.subList(Math.max(0, all.size() - MOST_SHOWN), all.size())
        : telling;
  }

  private static String shown(List<String> lines) {
    StringBuilder text = new StringBuilder();
    lines.forEach(line -> text.append("\n  ").append(line.strip()));
    return text.toString();
  }

  private String last(String beginning) {
    int index = lastIndex(beginning);
    return index < 0 ? "" : lines.get(index).substring(beginning.length());
  }

  private int lastIndex(String beginning) {
    for (int i = lines.size() - 1; i >= 0; i--) {
      if (lines.get(i).startsWith(beginning)) {
        return i;
      }
    }
    return -1;
  }

  private static Installed owner(MergedPackages packages, String folder) {
    TreePath conf = TreePath.of(folder.substring(1) + "/dkms.conf");
    return packages.packages().stream()
        .filter(each -> each.unpacked().tree().find(conf).isPresent())
        .findFirst()
        .orElseThrow(
            () -> new IllegalStateException(folder + ": a source that no package brought"));
  }

  private static Place place(Kernel kernel, String name) {
    return kernel.dkms().stream()
        .filter(wish -> wish.name().equals(name))
        .map(PackageWish::place)
        .findFirst()
        .orElse(kernel.dkms().getFirst().place());
  }
}
