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
/// @param releaseName what its Release file must call the suite
public record RepositorySpec(
    String name,
    List<URI> archives,
    String suite,
    List<String> components,
    String architecture,
    Trust trust,
    Freshness freshness,
    Presence presence,
    Preference preference,
    ReleaseName releaseName)
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

  /// A suite whose Release file calls it what it is asked for by.
  public RepositorySpec(
      String name,
      List<URI> archives,
      String suite,
      List<String> components,
      String architecture,
      Trust trust,
      Freshness freshness,
      Presence presence,
      Preference preference) {
    this(
        name,
        archives,
        suite,
        components,
        architecture,
        trust,
        freshness,
        presence,
        preference,
        new ReleaseName.AsAsked());
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

  /// What a Release file must call its suite, by `Suite` or `Codename`: a genuine one of another suite is still the wrong
  /// one. Without meaning for flat repositories, which have no suite.
  public sealed interface ReleaseName {
    /// What it is asked for by.
    record AsAsked() implements ReleaseName {}

    /// Something else: snapshots are often served below a path of their own and signed under the suite's name.
    record Called(String name) implements ReleaseName {}

    /// Nothing: it has neither field.
    record Unnamed() implements ReleaseName {}
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
    return with(archives, components, other, releaseName);
  }

  /// The same with another name in the Release file.
  public RepositorySpec with(ReleaseName other) {
    return with(archives, components, freshness, other);
  }

  /// The same at other addresses.
  RepositorySpec withArchives(List<URI> others) {
    return with(others, components, freshness, releaseName);
  }

  /// The same with other components.
  RepositorySpec withComponents(List<String> others) {
    return with(archives, others, freshness, releaseName);
  }

  private RepositorySpec with(
      List<URI> newArchives,
      List<String> newComponents,
      Freshness newFreshness,
      ReleaseName newReleaseName) {
    return new RepositorySpec(
        name,
        newArchives,
        suite,
        newComponents,
        architecture,
        trust,
        newFreshness,
        presence,
        preference,
        newReleaseName);
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
