package io.microvisor.packages.lock;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Everything a build takes from archives, pinned.
///
/// Equal locks have equal texts: the lists are sorted when a lock is made.
///
/// @param architecture of the system, such as `amd64`
/// @param inputs what the choice was made from, in lines for humans: wishes, suites, pins. A lock is stale when they
///     are no longer those of the template
/// @param repositories the archives that have a Release file, by origin and suite
/// @param packages by name, each name once
/// @param buildPackages what kernel modules are built with, in a root of its own; nothing of it goes into the image. By
///     name, each name once
public record Lock(
    String architecture,
    List<String> inputs,
    List<LockedRepository> repositories,
    List<LockedPackage> packages,
    List<LockedPackage> buildPackages) {
  /// Sorts, and refuses what is there twice.
  ///
  /// @throws IllegalArgumentException if a package is pinned twice
  public Lock {
    inputs = inputs.stream().sorted().distinct().toList();
    repositories =
        repositories.stream()
            .sorted(
                Comparator.comparing(LockedRepository::origin)
                    .thenComparing(LockedRepository::suite))
            .distinct()
            .toList();
    packages = distinct(packages);
    buildPackages = distinct(buildPackages);
  }

  /// A lock of an image for which nothing is built.
  public Lock(
      String architecture,
      List<String> inputs,
      List<LockedRepository> repositories,
      List<LockedPackage> packages) {
    this(architecture, inputs, repositories, packages, List.of());
  }

  private static List<LockedPackage> distinct(List<LockedPackage> packages) {
    List<LockedPackage> sorted =
        packages.stream().sorted(Comparator.comparing(LockedPackage::name)).toList();
    for (int i = 1; i < sorted.size(); i++) {
      if (sorted.get(i).name().equals(sorted.get(i - 1).name())) {
        throw new IllegalArgumentException("lock: " + sorted.get(i).name() + " is pinned twice");
      }
    }
    return sorted;
  }

  /// The same with other build packages.
  public Lock withBuildPackages(List<LockedPackage> others) {
    return new Lock(architecture, inputs, repositories, packages, others);
  }

  /// A lock of the build packages alone.
  public Lock forBuilding() {
    return new Lock(architecture, List.of(), repositories, buildPackages);
  }

  /// All that a build takes: the image's packages, then those build packages that are not among them.
  public List<LockedPackage> everything() {
    return Stream.concat(packages.stream(), buildPackages.stream()).distinct().toList();
  }

  /// The pin of a name.
  public Optional<LockedPackage> find(String name) {
    return packages.stream().filter(each -> each.name().equals(name)).findFirst();
  }

  /// The newest date of the archives: what `SOURCE_DATE_EPOCH` is when nothing else is said. Empty when all packages
  /// are from folders without a Release file.
  public Optional<Instant> newestRelease() {
    return repositories.stream().map(LockedRepository::date).max(Comparator.naturalOrder());
  }
}
