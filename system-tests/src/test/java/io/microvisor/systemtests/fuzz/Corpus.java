package io.microvisor.systemtests.fuzz;

import io.microvisor.systemtests.TestCache;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/// The inputs that are kept for a target, in `src/test/resources/fuzz`.
///
/// | file | what |
/// |---|---|
/// | `TARGET.zip` | what the fuzzer found to reach different code, small enough to be read by every `mvn verify` |
/// | `TARGET/WHAT` | what once was a crash, named by what was wrong |
final class Corpus {
  private final FuzzTarget target;
  private final Path folder;

  private Corpus(FuzzTarget target, Path folder) {
    this.target = target;
    this.folder = folder;
  }

  /// What is kept for a target.
  static Corpus of(FuzzTarget target) {
    return new Corpus(target, TestCache.checkout().resolve("system-tests/src/test/resources/fuzz"));
  }

  /// The inputs by name.
  SortedMap<String, byte[]> inputs() throws IOException {
    SortedMap<String, byte[]> inputs = new TreeMap<>();
    try (InputStream file = Files.newInputStream(zip());
        ZipInputStream stream = new ZipInputStream(file)) {
      for (ZipEntry entry; (entry = stream.getNextEntry()) != null; ) {
        inputs.put(entry.getName(), stream.readAllBytes());
      }
    }
    Path crashes = folder.resolve(target.label());
    if (Files.isDirectory(crashes)) {
      try (Stream<Path> files = Files.list(crashes)) {
        for (Path file : files.toList()) {
          inputs.put(target.label() + "/" + file.getFileName(), Files.readAllBytes(file));
        }
      }
    }
    return inputs;
  }

  /// Puts inputs into an empty folder, as the fuzzer wants them.
  void unpack(Path into) throws IOException {
    int number = 0;
    for (byte[] input : inputs().values()) {
      Files.write(into.resolve("%05d".formatted(number++)), input);
    }
  }

  /// Keeps the inputs of a folder in place of those before; the same inputs give the same bytes.
  void keep(Path from) throws IOException {
    try (Stream<Path> files = Files.list(from);
        ZipOutputStream stream = new ZipOutputStream(Files.newOutputStream(zip()))) {
      stream.setLevel(9);
      for (Path file : files.sorted().toList()) {
        ZipEntry entry = new ZipEntry(file.getFileName().toString());
        entry.setTime(0);
        stream.putNextEntry(entry);
        stream.write(Files.readAllBytes(file));
      }
    }
  }

  private Path zip() {
    return folder.resolve(target.label() + ".zip");
  }
}
