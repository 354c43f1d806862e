package io.microvisor.store;

import io.microvisor.bytes.ByteSize;
import io.microvisor.bytes.files.InterProcessLock;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.TreeCodec;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// Decides what of a store goes, and removes it.
///
/// What was used since the oldest living session began stays, so that no running build misses what it found; and so do the
/// contents of every tree that stays, because a tree is used without its contents being looked at.
///
/// @param folders where each kind is
/// @param inUseSince when the oldest living session began
record Pruning(Map<Usage.Kind, Path> folders, Instant inUseSince) {
  /// One file of the store.
  private record Entry(Usage.Kind kind, Path path, long size, Instant used) {}

  /// How much there is of each kind.
  List<Usage> usage() throws IOException {
    List<Usage> usage = new ArrayList<>();
    for (Usage.Kind kind : Usage.Kind.values()) {
      List<Entry> entries = entries(kind);
      long count = entries.stream().filter(each -> !Partial.isLock(each.path())).count();
      long size = entries.stream().mapToLong(Entry::size).sum();
      usage.add(new Usage(kind, count, new ByteSize(size)));
    }
    return usage;
  }

  /// Removes what need not be kept, or only tells what that is.
  Usage.Pruned prune(Retention retention, boolean really) throws IOException {
    List<Entry> all = new ArrayList<>();
    for (Usage.Kind kind : Usage.Kind.values()) {
      all.addAll(entries(kind));
    }
    Set<Path> going = going(all, retention);
    all.stream()
        .filter(entry -> !going.contains(entry.path()))
        .forEach(entry -> contentsOf(entry).forEach(going::remove));
    long count = 0;
    long size = 0;
    for (Entry entry : all) {
      if (going.contains(entry.path()) && !usedMeanwhile(entry)) {
        if (really && !remove(entry)) {
          continue;
        }
        count++;
        size += entry.size();
      }
    }
    return new Usage.Pruned(count, new ByteSize(size));
  }

  /// Removes an entry, unless it guards a download that is on its way.
  private static boolean remove(Entry entry) throws IOException {
    if (!Partial.isLock(entry.path())) {
      Files.deleteIfExists(entry.path());
      return true;
    }
    Optional<InterProcessLock> free =
        InterProcessLock.tryAcquire(entry.path(), InterProcessLock.Mode.EXCLUSIVE);
    if (free.isPresent()) {
      try (InterProcessLock _ = free.get()) {
        Files.deleteIfExists(entry.path());
      }
    }
    return free.isPresent();
  }

  private Set<Path> going(List<Entry> all, Retention retention) {
    List<Entry> longestUnused = new ArrayList<>(all);
    longestUnused.sort(Comparator.comparing(Entry::used).thenComparing(Entry::path));
    long left = all.stream().mapToLong(Entry::size).sum();
    Set<Path> going = new HashSet<>();
    for (Entry entry : longestUnused) {
      boolean wanted =
          !entry.used().isBefore(retention.usedSince()) && left <= retention.most().bytes();
      if (!wanted && entry.used().isBefore(inUseSince)) {
        going.add(entry.path());
        left -= entry.size();
      }
    }
    return going;
  }

  /// Someone may have come to use it since it was looked at.
  private static boolean usedMeanwhile(Entry entry) throws IOException {
    try {
      return !Files.getLastModifiedTime(entry.path()).toInstant().equals(entry.used());
    } catch (NoSuchFileException _) {
      return true;
    }
  }

  private List<Entry> entries(Usage.Kind kind) throws IOException {
    Path folder = folders.get(kind);
    if (folder == null || !Files.isDirectory(folder)) {
      return List.of();
    }
    List<Entry> entries = new ArrayList<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        try {
          BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
          if (attributes.isRegularFile()) {
            Instant used = attributes.lastModifiedTime().toInstant();
            entries.add(new Entry(kind, file, attributes.size(), used));
          }
        } catch (NoSuchFileException _) {
          // Another process removed it.
        }
      }
    }
    return entries;
  }

  /// The files of the contents that a tree names; none if the entry is no tree.
  private List<Path> contentsOf(Entry entry) {
    if (entry.kind() != Usage.Kind.CONTENTS) {
      return List.of();
    }
    try (InputStream stream =
        new BufferedInputStream(Files.newInputStream(entry.path()), 1 << 16)) {
      FileTree tree = TreeCodec.read(stream);
      Path folder = Objects.requireNonNull(folders.get(Usage.Kind.CONTENTS), "every kind has one");
      return tree.entries()
          .filter(each -> each.inode() instanceof Inode.RegularFile)
          .map(each -> DigestDirectory.path(folder, ((Inode.RegularFile) each.inode()).content()))
          .toList();
    } catch (IOException _) {
      return List.of(); // No tree; or damaged or gone, and then made again with what it names.
    }
  }
}
