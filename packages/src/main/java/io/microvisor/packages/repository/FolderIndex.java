package io.microvisor.packages.repository;

import io.microvisor.packages.deb.DebPackage;
import io.microvisor.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/// Makes the index of a [LocalFolder] on the fly: every file below it whose name ends in `.deb`.
///
/// Links are followed where they stay in the folder. A file that is no package is an error, with all others of its
/// kind: silence would give the distribution's package in place of one's own.
public final class FolderIndex {
  private static final int WORKERS = 2;

  private final DebStanza stanzas;

  /// An index that remembers what it read in `store`.
  public FolderIndex(Store store) {
    this.stanzas = new DebStanza(store.actions());
  }

  /// The packages in a folder now, for its architecture and for `all`.
  ///
  /// @throws IOException if the folder or a file in it cannot be read, is no package, or two files are the same package
  ///     with different contents; with all such files
  public LocalPackages read(LocalFolder folder) throws IOException, InterruptedException {
    List<DebPackage> packages = new ArrayList<>();
    List<String> notes = new ArrayList<>();
    Map<String, DebPackage> byId = new HashMap<>();
    List<String> broken = new ArrayList<>();
    for (Found found : readAll(folder)) {
      switch (found) {
        case Found.Broken(String what) -> broken.add(what);
        case Found.Sound(DebPackage item) -> {
          DebPackage first = byId.putIfAbsent(item.id(), item);
          if (!item.architecture().equals("all")
              && !item.architecture().equals(folder.architecture())) {
            notes.add(
                "%s/%s: for %s, left out (expected: %s or all)"
                    .formatted(
                        folder.name(),
                        item.filename(),
                        item.architecture(),
                        folder.architecture()));
          } else if (first == null) {
            packages.add(item);
          } else if (!first.sha256().equals(item.sha256())) {
            broken.add(
                "%s/%s: another %s %s, with other contents, is in %s (expected: one)"
                    .formatted(
                        folder.name(),
                        item.filename(),
                        item.name(),
                        item.version(),
                        first.filename()));
          }
        }
      }
    }
    if (!broken.isEmpty()) {
      throw new IOException(
          String.join("\n", broken)
              + "\n  advice: remove what does not belong from "
              + folder.name()
              + ", or build it again");
    }
    if (packages.isEmpty()) {
      notes.add(
          "%s: no package for %s in this folder (expected: .deb files)"
              .formatted(folder.name(), folder.architecture()));
    }
    return new LocalPackages(folder, folder.origin(), packages, notes);
  }

  private sealed interface Found {
    record Sound(DebPackage item) implements Found {}

    record Broken(String what) implements Found {}
  }

  private List<Found> readAll(LocalFolder folder) throws IOException, InterruptedException {
    List<Future<Found>> reading = new ArrayList<>();
    List<Found> all = new ArrayList<>();
    // Platform threads: hashing keeps a core busy.
    try (ExecutorService threads = Executors.newFixedThreadPool(WORKERS)) {
      try {
        for (Path file : files(folder)) {
          reading.add(threads.submit(() -> read(folder, file)));
        }
        for (Future<Found> each : reading) {
          all.add(each.get());
        }
      } catch (ExecutionException e) {
        throw new IllegalStateException("reading " + folder.name(), e.getCause());
      } finally {
        threads.shutdownNow();
      }
    }
    return all;
  }

  private Found read(LocalFolder folder, Path file) {
    String filename = folder.path().relativize(file).toString();
    String subject = folder.name() + "/" + filename;
    try {
      if (filename.chars().anyMatch(Character::isISOControl)) {
        return new Found.Broken(
            subject.replaceAll("\\p{Cntrl}", "?")
                + ": a control character in the name (expected: none)");
      }
      if (!file.toRealPath().startsWith(folder.path().toRealPath())) {
        return new Found.Broken(subject + ": a link out of the folder (expected: a file in it)");
      }
      return new Found.Sound(stanzas.read(file, filename, folder.origin()));
    } catch (IOException e) {
      return new Found.Broken(subject + ": " + e.getMessage());
    }
  }

  private static List<Path> files(LocalFolder folder) throws IOException {
    try (Stream<Path> walk = Files.walk(folder.path())) {
      return walk.filter(file -> file.getFileName().toString().endsWith(".deb"))
          .filter(file -> !Files.isDirectory(file))
          .sorted()
          .toList();
    } catch (java.io.UncheckedIOException | IOException e) {
      throw new IOException(folder.name() + ": the folder cannot be read: " + e.getMessage(), e);
    }
  }
}
