package io.microvisor.cli.image;

import io.microvisor.cli.terminal.ExitCode;
import io.microvisor.cli.terminal.FailureException;
import io.microvisor.cli.terminal.Terminal;
import io.microvisor.compose.inspect.DiskImage;
import io.microvisor.compose.problem.SimilarFile;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Parameters;

/// The image that a command works on: a file, the name of a template it was built from, or the newest.
public final class ImageArgument {
  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "IMAGE",
      description = {
        "An image file, or the name of an image below build/ (\"edge\": the newest build/edge/edge-*.raw;"
            + " default: the newest of all)."
      })
  private Optional<String> image = Optional.empty();

  /// Opens it.
  ///
  /// @throws FailureException if there is none
  DiskImage open(Terminal terminal) throws IOException, FailureException {
    return DiskImage.open(path(terminal));
  }

  /// Where it is.
  ///
  /// @throws FailureException if there is none
  public Path path(Terminal terminal) throws IOException, FailureException {
    Path build = terminal.workingDirectory().resolve("build");
    if (image.isEmpty()) {
      return newest(build, "*")
          .orElseThrow(() ->
              new FailureException(
                  ExitCode.FAILED,
                  "no image below build/ (expected: one that was built here)\n"
                      + "  advice: emt build, or name an image file"));
    }
    String given = image.get();
    Path file = terminal.workingDirectory().resolve(given);
    String name = given.replaceFirst("\\.ya?ml$", "");
    boolean namesTemplate = !name.equals(given);
    if (Files.exists(file) && !Files.isDirectory(file) && !namesTemplate) {
      return file;
    }
    Optional<Path> built =
        name.matches("[A-Za-z0-9][A-Za-z0-9._-]*") ? newest(build, name) : Optional.empty();
    return built.orElseThrow(() ->
        new FailureException(
            ExitCode.FAILED,
            given
                + ": no such image (expected: a file, or a name below build/)\n  advice: "
                + SimilarFile.of(Path.of(given), terminal.workingDirectory())
                    .filter(_ -> !namesTemplate)
                    .map(near -> "did you mean " + near + "?")
                    .orElse("emt build" + (namesTemplate ? " " + given : ""))));
  }

  /// The newest `build/<name>/<name>-*.raw`.
  private static Optional<Path> newest(Path build, String name) throws IOException {
    record Candidate(Path file, FileTime time) {}
    List<Candidate> found = new ArrayList<>();
    if (!Files.isDirectory(build)) {
      return Optional.empty();
    }
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(build, name)) {
      for (Path folder : folders) {
        if (!Files.isDirectory(folder)) {
          continue;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*.raw")) {
          for (Path file : files) {
            if (String.valueOf(file.getFileName()).startsWith(folder.getFileName() + "-")) {
              found.add(new Candidate(file, Files.getLastModifiedTime(file)));
            }
          }
        }
      }
    }
    return found.stream()
        .max(Comparator.comparing(Candidate::time).thenComparing(Candidate::file))
        .map(Candidate::file);
  }
}
