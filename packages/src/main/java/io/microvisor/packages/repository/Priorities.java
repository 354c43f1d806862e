package io.microvisor.packages.repository;

import io.microvisor.packages.deb.DebPackage;
import io.microvisor.packages.deb.Origin;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToIntFunction;

/// The priority of each package, as apt_preferences(5) has it. The first of these that says something decides:
///
/// 1. a repository that names the only packages to take from it, and not this one: never;
/// 2. the first specific pin that is about this package in this version from this archive;
/// 3. the first general pin (of all packages) that is about this archive;
/// 4. the repository's own priority, as stated;
/// 5. its Release file: `NotAutomatic: yes` is 1, with `ButAutomaticUpgrades: yes` 100;
/// 6. 500.
///
/// What stands in the host's `/etc/apt/preferences` is not looked at: an image must not depend on who builds it.
public final class Priorities implements ToIntFunction<DebPackage> {
  private static final int NEVER = -1;

  private final Map<Origin, PinnedSource> sources;
  private final List<Pin> specific;
  private final Map<Origin, Integer> general = new HashMap<>();
  private final Map<String, List<Pin>> byName = new ConcurrentHashMap<>();

  private Priorities(Map<Origin, PinnedSource> sources, List<Pin> pins) {
    this.sources = sources;
    this.specific = pins.stream().filter(pin -> !pin.isGeneral()).toList();
    List<Pin> all = pins.stream().filter(Pin::isGeneral).toList();
    for (PinnedSource source : sources.values()) {
      general.put(
          source.origin(),
          all.stream()
              .filter(pin -> !(pin.target() instanceof Pin.Target.Version))
              .filter(pin -> source.matches(pin.target(), ""))
              .findFirst()
              .map(Pin::priority)
              .orElse(source.priority()));
    }
  }

  /// The priorities of what some repositories hold.
  ///
  /// @throws IOException if two of them cannot be told apart, though they are to be treated differently
  public static Priorities of(
      List<RepositorySnapshot> snapshots, List<LocalPackages> folders, List<Pin> pins)
      throws IOException {
    List<PinnedSource> all = new ArrayList<>();
    for (RepositorySnapshot snapshot : snapshots) {
      snapshot.origins().forEach(origin -> all.add(PinnedSource.of(snapshot, origin)));
    }
    folders.forEach(folder -> all.add(PinnedSource.of(folder)));
    Map<Origin, PinnedSource> sources = new HashMap<>();
    for (PinnedSource source : all) {
      PinnedSource first = sources.putIfAbsent(source.origin(), source);
      if (first != null
          && (!first.preference().equals(source.preference()) || first.usual() != source.usual())) {
        throw new IOException(
            "%s: two repositories call themselves so, with different priorities or allowed packages (expected: the same for both)"
                .formatted(source.origin()));
      }
    }
    return new Priorities(sources, pins);
  }

  /// Whether packages of this origin are from one of the repositories.
  public boolean knows(Origin origin) {
    return sources.containsKey(origin);
  }

  @Override
  public int applyAsInt(DebPackage item) {
    PinnedSource source = sources.get(item.origin());
    if (source == null) {
      throw new IllegalStateException(
          item.id() + " is of " + item.origin() + ", which was not asked");
    }
    if (!source.preference().allows(item.name())) {
      return NEVER;
    }
    if (!specific.isEmpty()) {
      Optional<Pin> pin =
          byName.computeIfAbsent(item.name() + " " + item.source(), _ -> about(item)).stream()
              .filter(each -> source.matches(each.target(), item.version().toString()))
              .findFirst();
      if (pin.isPresent()) {
        return pin.get().priority();
      }
    }
    return general.getOrDefault(item.origin(), source.priority());
  }

  private List<Pin> about(DebPackage item) {
    return specific.stream().filter(pin -> pin.names(item.name(), item.source())).toList();
  }
}
