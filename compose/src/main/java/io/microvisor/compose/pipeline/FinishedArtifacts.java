package io.microvisor.compose.pipeline;

import io.microvisor.bytes.Digest;
import io.microvisor.store.Actions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What was written to an output folder, remembered so that it need not be written again.
///
/// A file counts as untouched while the kernel says so: same inode, size and time of last change. That time (`ctime`)
/// moves with every write and cannot be set back by a program. What is remembered is a line per file, its words separated by
/// tabs: `<inode> <size> <change time> <name>`.
record FinishedArtifacts(Actions memory, Digest key) {
  private static final int VERSION = 2;

  /// The memory of one build's artifacts.
  ///
  /// @param output the folder they are in
  /// @param content all that determines them
  static FinishedArtifacts of(Actions memory, Path output, String content) {
    Path folder = output.toAbsolutePath().normalize();
    return new FinishedArtifacts(
        memory, Digest.sha256("artifacts " + VERSION + " " + folder + "\n" + content));
  }

  /// The files, in the order they were remembered in, if all of them are as they were left.
  Optional<List<Path>> untouched(Path output) throws IOException {
    Optional<byte[]> remembered = memory.find(key);
    if (remembered.isEmpty()) {
      return Optional.empty();
    }
    List<Path> files = new ArrayList<>();
    for (String line : new String(remembered.get(), StandardCharsets.UTF_8).lines().toList()) {
      Path file = output.resolve(line.substring(line.lastIndexOf('\t') + 1));
      if (!line(file).equals(Optional.of(line))) {
        return Optional.empty();
      }
      files.add(file);
    }
    return Optional.of(files);
  }

  /// Remembers finished files.
  void remember(List<Path> files) throws IOException {
    StringBuilder lines = new StringBuilder();
    for (Path file : files) {
      line(file).ifPresent(line -> lines.append(line).append('\n'));
    }
    memory.put(key, lines.toString().getBytes(StandardCharsets.UTF_8));
  }

  private static Optional<String> line(Path file) throws IOException {
    try {
      Map<String, Object> stat = Files.readAttributes(file, "unix:ino,size,ctime");
      return Optional.of(
          stat.get("ino")
              + "\t"
              + stat.get("size")
              + "\t"
              + stat.get("ctime")
              + "\t"
              + file.getFileName());
    } catch (NoSuchFileException _) {
      return Optional.empty();
    }
  }
}
