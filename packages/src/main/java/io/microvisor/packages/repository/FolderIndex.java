package io.microvisor.packages.repository;

import io.microvisor.packages.catalog.LeftOut;
import io.microvisor.packages.deb.DebPackage;
import io.microvisor.store.Store;
import java.io.IOException;
import java.io.UncheckedIOException;
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
/// Links are followed where they stay in the folder. A file that is no package is left out with a note, and spoils no other.
/// Its name is remembered as that of the package it may be meant to be, so that nobody takes the distribution's in its place
/// unnoticed.
public final class FolderIndex {
  private static final int WORKERS = 2;

  private final DebStanza stanzas;

  /// An index that remembers what it read in `store`.
  public FolderIndex(Store store) {
    this.stanzas = new DebStanza(store.actions());
  }

  /// The packages in a folder now, for its architecture and for `all`.
  ///
  /// @throws IOException if the folder cannot be read
  public LocalPackages read(LocalFolder folder) throws IOException, InterruptedException {
    List<DebPackage> packages = new ArrayList<>();
    List<String> notes = new ArrayList<>();
    Map<String, DebPackage> byId = new HashMap<>();
    List<LeftOut> leftOut = new ArrayList<>();
    for (Found found : readAll(folder)) {
      switch (found) {
        case Found.Broken(LeftOut broken) -> leftOut.add(broken);
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
            leftOut.add(
                new LeftOut(
                    folder.origin(),
                    item.name(),
                    "%s: another %s %s, with other contents, is in %s (expected: one)"
                        .formatted(
                            item.filename(), item.name(), item.version(), first.filename())));
          }
        }
      }
    }
    leftOut.forEach(each -> notes.add(folder.name() + ": left out: " + each.what()));
    if (packages.isEmpty()) {
      notes.add(
          "%s: no package for %s in this folder (expected: .deb files)"
              .formatted(folder.name(), folder.architecture()));
    }
    return new LocalPackages(folder, folder.origin(), packages, leftOut, notes);
  }

  private sealed interface Found {
    record Sound(DebPackage item) implements Found {}

    record Broken(LeftOut what) implements Found {}
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
    try {
      if (filename.chars().anyMatch(Character::isISOControl)) {
        throw new IOException("a control character in the name (expected: none)");
      }
      if (!file.toRealPath().startsWith(folder.path().toRealPath())) {
        throw new IOException("a link out of the folder (expected: a file in it)");
      }
      return new Found.Sound(stanzas.read(file, filename, folder.origin()));
    } catch (IOException e) {
      String shown = filename.replaceAll("\\p{Cntrl}", "?");
      return new Found.Broken(
          new LeftOut(folder.origin(), meant(file), shown + ": " + e.getMessage()));
    }
  }

  /// The name of the package that a broken file may be meant to be: what stands before the version in a usual file name.
  private static String meant(Path file) {
    return file.getFileName().toString().replaceFirst("(_.*)?\\.deb$", "");
  }

  private static List<Path> files(LocalFolder folder) throws IOException {
    try (Stream<Path> walk = Files.walk(folder.path())) {
      return walk.filter(file -> file.getFileName().toString().endsWith(".deb"))
          .filter(file -> !Files.isDirectory(file))
          .sorted()
          .toList();
    } catch (UncheckedIOException | IOException e) {
      throw new IOException(folder.name() + ": the folder cannot be read: " + e.getMessage(), e);
    }
  }
}
