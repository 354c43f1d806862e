package io.microvisor.compose.template;

import io.microvisor.compose.problem.Problem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// What the tests of this package share.
final class Templates {
  /// A template that says just enough to be sound.
  static final String SMALLEST =
      """
      image: {name: small, version: "1"}
      target: {os: debian, dist: debian13, arch: x86_64, imageType: raw}
      systemConfig:
        kernel: {packages: [linux-image-amd64]}
      """;

  private Templates() {}

  static Template loaded(Loading loading) {
    return switch (loading) {
      case Loading.Loaded(Template template) -> template;
      case Loading.Rejected(List<Problem> problems) ->
          throw new AssertionError("rejected:\n" + String.join("\n", texts(problems)));
    };
  }

  static Disk.Immutable immutable(Template template) {
    return switch (template.disk().layout()) {
      case Disk.Immutable immutable -> immutable;
    };
  }

  static List<Problem> problems(Loading loading) {
    return switch (loading) {
      case Loading.Loaded _ -> List.of();
      case Loading.Rejected(List<Problem> problems) -> problems;
    };
  }

  static List<String> texts(List<Problem> problems) {
    return problems.stream().map(Problem::toString).toList();
  }

  static Path write(Path folder, String name, String text) {
    try {
      Path file = folder.resolve(name);
      Files.createDirectories(folder);
      return Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
