package io.microvisor.packages.repository;

import io.microvisor.packages.openpgp.Keyring;
import java.net.URI;
import java.util.List;

/// One suite of one archive, as wanted.
///
/// @param name for people, such as `trixie-security`; never part of a lock
/// @param archives where it is served, all with the same content, tried in order; each ends with `/`
/// @param suite such as `trixie-updates`; ends with `/` for a flat repository, whose Release file lies there
/// @param components such as `main`; none for a flat repository
/// @param architecture Debian's name of the machine architecture; packages for `all` come along
/// @param trust who must have signed it
/// @param freshness whether a Release file may be past its `Valid-Until`
/// @param presence what it means if the archive does not have the suite
/// @param preference how its packages are preferred to those of other repositories
public record RepositorySpec(
    String name,
    List<URI> archives,
    String suite,
    List<String> components,
    String architecture,
    Trust trust,
    Freshness freshness,
    Presence presence,
    Preference preference)
    implements Repository {
  public RepositorySpec {
    if (archives.isEmpty() || suite.isEmpty() || ArchivePath.leadsUp(suite)) {
      throw new IllegalArgumentException(
          "repository "
              + name
              + ": "
              + archives.size()
              + " addresses, suite \""
              + suite
              + "\" (expected: an address, and a suite without ..)");
    }
    archives = archives.stream().map(RepositorySpec::folder).toList();
    components = List.copyOf(components);
  }

  /// A suite without a preference of its own.
  public RepositorySpec(
      String name,
      List<URI> archives,
      String suite,
      List<String> components,
      String architecture,
      Trust trust,
      Freshness freshness,
      Presence presence) {
    this(
        name,
        archives,
        suite,
        components,
        architecture,
        trust,
        freshness,
        presence,
        Preference.NONE);
  }

  /// Who must have signed a repository.
  public sealed interface Trust {
    /// Some key of the keyring.
    record SignedBy(Keyring keyring) implements Trust {}

    /// Nobody: an explicit choice for this one repository, which the manifest records.
    record Unsigned() implements Trust {}
  }

  /// Whether a Release file past its `Valid-Until` is accepted.
  public enum Freshness {
    /// No: who replays an old one hides security updates.
    CHECKED,
    /// Yes: for snapshots and mirrors that stand still on purpose.
    UNCHECKED
  }

  /// What it means if an archive does not have the suite.
  public enum Presence {
    /// An error.
    REQUIRED,
    /// There is nothing in it, then.
    OPTIONAL
  }

  /// The same with another freshness.
  public RepositorySpec with(Freshness other) {
    return new RepositorySpec(
        name, archives, suite, components, architecture, trust, other, presence, preference);
  }

  /// The same at other addresses.
  RepositorySpec withArchives(List<URI> others) {
    return new RepositorySpec(
        name, others, suite, components, architecture, trust, freshness, presence, preference);
  }

  /// Whether this is a flat repository (sources.list(5): "an exact path").
  public boolean flat() {
    return suite.endsWith("/");
  }

  /// Where an archive keeps the Release file and the indexes; ends with `/`.
  URI distribution(URI archive) {
    return ArchivePath.below(
        archive, flat() ? suite.replaceAll("^(\\./)+|^/+", "") : "dists/" + suite + "/");
  }

  /// Where a file of the repository can be had, each archive once, in order.
  ///
  /// @param filename relative to the archive's root, as in its index
  /// @throws IllegalArgumentException if it leads out of the archive
  public List<URI> addresses(String filename) {
    return archives.stream()
        .distinct()
        .map(archive -> ArchivePath.below(archive, filename))
        .toList();
  }

  static URI folder(URI archive) {
    return archive.toString().endsWith("/") ? archive : URI.create(archive + "/");
  }
}
