package io.microvisor.packages.repository;

/// Something that holds packages, as wanted.
public sealed interface Repository permits RepositorySpec, LocalFolder, SinglePackages {
  /// What it is called, for people; never part of a lock.
  String name();

  /// How its packages are preferred to those of others.
  Preference preference();
}
