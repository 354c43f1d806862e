package io.microvisor.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine.Parameters;

/// The image that a command works on: a file, the name of a template, or the image built last.
final class ImageArgument {
  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "IMAGE",
      description = "An image file, or a name below build/ (default: the image built last).")
  private Optional<String> image = Optional.empty();

  /// Its path.
  Path path(Terminal terminal) throws IOException, FailureException {
    Path build = terminal.workingDirectory().resolve("build");
    if (image.isEmpty()) {
      return newest(build, 2)
          .orElseThrow(
              () ->
                  new FailureException(
                      ExitCode.FAILED,
                      "build/: no image there (expected: build/NAME/NAME-VERSION.raw)\n  advice: emt build"));
    }
    Path file = terminal.workingDirectory().resolve(image.get());
    if (Files.isRegularFile(file)) {
      return file;
    }
    return newest(build.resolve(image.get()), 1)
        .orElseThrow(
            () ->
                new FailureException(
                    ExitCode.FAILED,
                    image.get() + ": no such image (expected: a file, or a name below build/)"));
  }

  private static Optional<Path> newest(Path folder, int depth) throws IOException {
    if (!Files.isDirectory(folder)) {
      return Optional.empty();
    }
    try (Stream<Path> files = Files.find(folder, depth, (path, _) -> path.toString().endsWith(".raw"))) {
      return files.max(Comparator.comparing((Path path) -> path.toFile().lastModified()));
    }
  }
}
