package io.microvisor.compose.template;

import io.microvisor.bytes.Digest;
import io.microvisor.compose.problem.Code;
import io.microvisor.compose.problem.Problem;
import io.microvisor.compose.schema.Fields;
import io.microvisor.compose.schema.ShapeCheck;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// The folder a template may name files of; nothing outside it, be it by `..` or through a symbolic link.
final class TemplateFolder {
  private final Path folder;
  private final List<Problem> problems;
  private final SortedMap<String, LocalFile> files = new TreeMap<>();

  TemplateFolder(Path folder, List<Problem> problems) {
    this.folder = folder;
    this.problems = problems;
  }

  /// Every file found so far, by name.
  List<LocalFile> files() {
    return List.copyOf(files.values());
  }

  /// The file of a name; empty, with a problem, when there is none to be had.
  Optional<LocalFile> file(String subject, Fields.Item wish) {
    try {
      Optional<Path> path = inside(folder, wish.text());
      if (path.isEmpty()) {
        problems.add(outside(subject, wish));
        return Optional.empty();
      }
      if (!Files.isRegularFile(path.get())) {
        problems.add(
            missing(
                subject,
                wish,
                Files.exists(path.get())
                    ? "is not a regular file"
                    : "does not exist beside the template"));
        return Optional.empty();
      }
      if (!path.get().toRealPath().startsWith(folder.toRealPath())) {
        problems.add(outside(subject, wish));
        return Optional.empty();
      }
      String name = folder.relativize(path.get()).toString().replace('\\', '/');
      try (InputStream in = Files.newInputStream(path.get())) {
        LocalFile file =
            new LocalFile(
                name,
                path.get(),
                Digest.sha256(in),
                Files.size(path.get()),
                Files.isExecutable(path.get()) && ownerExecutes(path.get()));
        files.put(name, file);
        return Optional.of(file);
      }
    } catch (IOException e) {
      problems.add(missing(subject, wish, "cannot be read: " + reason(e)));
      return Optional.empty();
    }
  }

  /// The folder of a name below this one; empty, with a problem, when there is none to be had.
  Optional<Template.LocalPath> folder(String subject, Fields.Item wish) {
    try {
      Optional<Path> path = inside(folder, wish.text());
      if (path.isEmpty()) {
        problems.add(outside(subject, wish));
        return Optional.empty();
      }
      if (!Files.isDirectory(path.get())) {
        problems.add(
            missing(
                subject,
                wish,
                Files.exists(path.get()) ? "is not a folder" : "does not exist beside the template",
                "a folder"));
        return Optional.empty();
      }
      if (!path.get().toRealPath().startsWith(folder.toRealPath())) {
        problems.add(outside(subject, wish));
        return Optional.empty();
      }
      String name = folder.normalize().relativize(path.get()).toString().replace('\\', '/');
      return Optional.of(new Template.LocalPath(name.isEmpty() ? "." : name, path.get()));
    } catch (IOException e) {
      problems.add(missing(subject, wish, "cannot be read: " + reason(e), "a folder"));
      return Optional.empty();
    }
  }

  /// A name resolved below a folder, or nothing when it would leave it by its own words.
  static Optional<Path> inside(Path folder, String name) {
    try {
      Path path = Path.of(name);
      Path resolved = folder.resolve(path).normalize();
      boolean stays = !path.isAbsolute() && resolved.startsWith(folder.normalize());
      return stays ? Optional.of(resolved) : Optional.empty();
    } catch (InvalidPathException _) { // such a file cannot exist, inside or outside
      return Optional.empty();
    }
  }

  /// What an exception of the file system says, without its class name.
  static String reason(IOException e) {
    return e.getClass().getSimpleName().replaceFirst("Exception$", "") + " " + e.getMessage();
  }

  private static boolean ownerExecutes(Path path) throws IOException {
    return Files.getFileStore(path).supportsFileAttributeView("posix")
        && Files.getPosixFilePermissions(path).contains(PosixFilePermission.OWNER_EXECUTE);
  }

  private static Problem outside(String subject, Fields.Item wish) {
    return Problem.of(
        Code.OUTSIDE_FOLDER,
        wish.place(),
        subject
            + ": "
            + ShapeCheck.shown(wish.text())
            + " leaves the template's folder (expected: a file in it or below)",
        "copy the file beside the template");
  }

  private static Problem missing(String subject, Fields.Item wish, String what) {
    return missing(subject, wish, what, "a file");
  }

  private static Problem missing(String subject, Fields.Item wish, String what, String expected) {
    return Problem.of(
        Code.MISSING_FILE,
        wish.place(),
        subject
            + ": "
            + ShapeCheck.shown(wish.text())
            + " "
            + what
            + " (expected: "
            + expected
            + ")");
  }
}
