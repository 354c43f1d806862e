package io.microvisor.compose.problem;

import io.microvisor.packages.solver.deb.Names;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Finds the file that was meant by the name of one that is not there.
public final class SimilarFile {
  private SimilarFile() {}

  /// A file whose name, and whose folders' names, differ in few letters; empty if there is none.
  ///
  /// @param missing as it was given
  /// @param from what it is relative to
  /// @return relative where `missing` is
  public static Optional<Path> of(Path missing, Path from) {
    Path at = missing.isAbsolute() ? missing.getRoot() : Path.of("");
    for (Path name : missing.normalize()) {
      Path next = at.resolve(name);
      if (!name.toString().equals("..") && !Files.exists(from.resolve(next))) {
        List<String> near = Names.closest(name.toString(), names(from.resolve(at)));
        if (near.isEmpty()) {
          return Optional.empty();
        }
        next = at.resolve(near.getFirst());
      }
      at = next;
    }
    return Optional.of(at).filter(found -> Files.isRegularFile(from.resolve(found)));
  }

  private static List<String> names(Path folder) {
    try (Stream<Path> all = Files.list(folder)) {
      return all.map(each -> String.valueOf(each.getFileName())).toList();
    } catch (IOException _) {
      return List.of(); // Whoever cannot look there gets no suggestion.
    }
  }
}
