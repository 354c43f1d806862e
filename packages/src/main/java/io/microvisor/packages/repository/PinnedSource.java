package io.microvisor.packages.repository;

import io.microvisor.packages.deb.Glob;
import io.microvisor.packages.deb.Origin;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/// What pins can be about: one component of one repository, apt's "package file".
///
/// @param origin what its packages say of themselves
/// @param release what the Release file says; a folder has none
/// @param sites the hosts it is at, the empty one for this machine
/// @param usual the priority that nobody stated
record PinnedSource(
    Origin origin, Words release, List<String> sites, Preference preference, int usual) {
  /// Priorities apt gives by itself (apt_preferences(5), "APT's Default Priority Assignments").
  private static final int USUAL = 500;

  private static final int UPGRADES_ONLY = 100;
  private static final int NOT_AUTOMATIC = 1;

  PinnedSource {
    sites = List.copyOf(sites);
  }

  /// The words of a Release file.
  record Words(List<String> suites, String origin, String label, String version) {}

  static PinnedSource of(RepositorySnapshot snapshot, Origin origin) {
    Release release = snapshot.release();
    RepositorySpec spec = snapshot.spec();
    int usual =
        !release.notAutomatic()
            ? USUAL
            : release.butAutomaticUpgrades() ? UPGRADES_ONLY : NOT_AUTOMATIC;
    return new PinnedSource(
        origin,
        new Words(
            List.of(release.suite(), release.codename()),
            release.origin(),
            release.label(),
            release.version()),
        spec.archives().stream().map(uri -> Objects.requireNonNullElse(uri.getHost(), "")).toList(),
        spec.preference(),
        usual);
  }

  static PinnedSource of(LocalPackages local) {
    Origin origin = local.origin();
    return new PinnedSource(
        origin,
        new Words(List.of(origin.suite()), origin.origin(), "", ""),
        List.of(""),
        local.repository().preference(),
        USUAL);
  }

  int priority() {
    return preference.priority().orElse(usual);
  }

  boolean matches(Pin.Target target, String version) {
    return switch (target) {
      case Pin.Target.Version(Glob glob) -> glob.matches(version);
      case Pin.Target.Site(Glob host) -> sites.stream().anyMatch(host::matches);
      case Pin.Target.Release(List<Pin.Condition> conditions) ->
          conditions.stream().allMatch(this::meets);
    };
  }

  private boolean meets(Pin.Condition condition) {
    Stream<String> words =
        switch (condition.field()) {
          case SUITE -> release.suites().stream();
          case ORIGIN -> Stream.of(release.origin());
          case LABEL -> Stream.of(release.label());
          case COMPONENT -> Stream.of(origin.component());
          case VERSION -> Stream.of(release.version());
        };
    return words.filter(word -> !word.isEmpty()).anyMatch(condition.value()::matches);
  }
}
