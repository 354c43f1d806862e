package io.microvisor.packages.repository;

import io.microvisor.bytes.FormatException;
import io.microvisor.packages.openpgp.Certificate;
import io.microvisor.packages.openpgp.Keyring;
import io.microvisor.packages.repository.AptEntry.SignedBy;
import io.microvisor.packages.repository.RepositorySpec.Freshness;
import io.microvisor.packages.repository.RepositorySpec.Presence;
import io.microvisor.packages.repository.RepositorySpec.Trust;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.Set;

/// Finds the archives that serve a Debian suite: from the host's apt configuration, whatever suite the host itself
/// runs, or from one mirror that was named.
///
/// Of the host's entries only those count that are signed by Debian's archive keyring, or that say nothing of keys
/// and name a suite of Debian's. Their addresses are taken, their suites are replaced by the wanted one, its
/// `-updates` and its `-security`, and their components by the wanted ones. Whatever is found is verified with
/// [DebianKeys], so a wrong guess costs an error message and no more.
///
/// Addresses stay on this machine: neither lock nor manifest may name them.
public final class MirrorDiscovery {
  private static final Set<String> SUITES =
      Set.of(
          "buster",
          "bullseye",
          "bookworm",
          "trixie",
          "forky",
          "duke",
          "sid",
          "oldoldstable",
          "oldstable",
          "stable",
          "testing",
          "unstable");

  private final Keyring keys;
  private final String suite;
  private final List<String> components;
  private final String architecture;
  private final List<String> further;

  /// A search for `suite`, such as `trixie`.
  ///
  /// @param components those the template names, such as `main`
  /// @param architecture Debian's name, such as `amd64`
  public MirrorDiscovery(String suite, List<String> components, String architecture) {
    this(suite, components, architecture, List.of());
  }

  private MirrorDiscovery(
      String suite, List<String> components, String architecture, List<String> further) {
    this.keys = DebianKeys.keyring();
    this.suite = suite;
    this.components = List.copyOf(components);
    this.architecture = architecture;
    this.further = List.copyOf(further);
  }

  /// The same with further suites, such as `trixie-backports`; they must be there.
  public MirrorDiscovery withSuites(List<String> suites) {
    return new MirrorDiscovery(suite, components, architecture, suites);
  }

  /// The repositories of the suite on the archives that the host's apt uses.
  ///
  /// @throws IOException if apt uses no archive of Debian's, with how to name one
  public List<RepositorySpec> among(AptSources apt) throws IOException {
    Kind main = new Kind();
    Kind security = new Kind();
    for (AptEntry entry : apt.entries()) {
      if (isDebian(entry)) {
        for (String name : entry.suites()) {
          (isSecurity(name) ? security : main).add(entry);
        }
      }
    }
    if (main.archives().isEmpty()) {
      throw nothing(apt);
    }
    if (security.archives().isEmpty()) {
      main.archives().forEach(archive -> sibling(archive).ifPresent(security.archives::add));
    }
    return specs(main, security);
  }

  /// The repositories of the suite on one mirror, such as `http://mirror.example/debian`; security updates are looked
  /// for beside it, in `debian-security`.
  public List<RepositorySpec> at(URI mirror, Freshness freshness) {
    Kind main = new Kind(mirror, freshness);
    Kind security =
        sibling(mirror).map(archive -> new Kind(archive, freshness)).orElseGet(Kind::new);
    return specs(main, security);
  }

  private List<RepositorySpec> specs(Kind main, Kind security) {
    List<RepositorySpec> specs = new ArrayList<>();
    specs.add(spec(suite, main, Presence.REQUIRED));
    specs.add(spec(suite + "-updates", main, Presence.OPTIONAL));
    if (!security.archives().isEmpty()) {
      specs.add(spec(suite + "-security", security, Presence.OPTIONAL));
    }
    for (String name : further) {
      if (specs.stream().noneMatch(spec -> spec.suite().equals(name))) {
        Kind kind = isSecurity(name) && !security.archives().isEmpty() ? security : main;
        specs.add(spec(name, kind, Presence.REQUIRED));
      }
    }
    return specs;
  }

  /// Archives of one kind, and whether all of them are to be fresh.
  private static final class Kind {
    private final SequencedSet<URI> archives = new LinkedHashSet<>();
    private Freshness freshness = Freshness.CHECKED;

    Kind() {}

    Kind(URI archive, Freshness freshness) {
      this.archives.add(folder(archive.toString()));
      this.freshness = freshness;
    }

    SequencedSet<URI> archives() {
      return archives;
    }

    void add(AptEntry entry) {
      for (String uri : entry.uris()) {
        archive(uri).ifPresent(archives::add);
      }
      if (entry.freshness() == Freshness.UNCHECKED) {
        freshness = Freshness.UNCHECKED;
      }
    }
  }

  private RepositorySpec spec(String name, Kind kind, Presence presence) {
    return new RepositorySpec(
        name,
        List.copyOf(kind.archives()),
        name,
        components,
        architecture,
        new Trust.SignedBy(keys),
        kind.freshness,
        presence);
  }

  private boolean isDebian(AptEntry entry) {
    return entry.covers(architecture) && isSignedByDebian(entry);
  }

  private boolean isSignedByDebian(AptEntry entry) {
    return switch (entry.signedBy()) {
      case SignedBy.Named(List<String> names) -> names.stream().allMatch(this::isDebianKey);
      case SignedBy.Inline(String armoured) -> isDebianKeyring(armoured);
      case SignedBy.Anyone() -> entry.suites().stream().allMatch(MirrorDiscovery::isDebianSuite);
      case SignedBy.Nobody() -> false;
    };
  }

  private boolean isDebianKey(String name) {
    if (name.startsWith("/")) {
      String file = name.substring(name.lastIndexOf('/') + 1);
      return file.startsWith("debian-archive-");
    }
    return keys.has(name.replace("!", "").toUpperCase(Locale.ROOT));
  }

  private boolean isDebianKeyring(String armoured) {
    try {
      return Keyring.parse("inline", armoured.getBytes(StandardCharsets.UTF_8))
          .certificates()
          .stream()
          .map(Certificate::fingerprint)
          .anyMatch(keys::has);
    } catch (FormatException _) {
      return false; // Not a keyring of anybody.
    }
  }

  private static boolean isDebianSuite(String name) {
    return SUITES.contains(
        name.replaceFirst("[-/](updates|security|backports.*|proposed-updates)$", ""));
  }

  private static boolean isSecurity(String name) {
    return name.endsWith("-security") || name.endsWith("/updates");
  }

  /// Where a mirror of `debian` usually has `debian-security`.
  private static Optional<URI> sibling(URI archive) {
    String path = folder(archive.toString()).toString();
    return path.endsWith("/debian/")
        ? Optional.of(URI.create(path.substring(0, path.length() - 1) + "-security/"))
        : Optional.empty();
  }

  private static URI folder(String uri) {
    return URI.create(uri.endsWith("/") ? uri : uri + "/");
  }

  private static Optional<URI> archive(String uri) {
    try {
      URI archive = folder(uri.replace(" ", "%20").replaceFirst("^copy:", "file:"));
      return switch (String.valueOf(archive.getScheme())) {
        case "http", "https", "mirror" ->
            // Without a host, a password with a slash in it would be taken for one.
            archive.getHost() == null ? Optional.empty() : Optional.of(archive);
        case "file", "mirror+http", "mirror+https", "mirror+file", "mirror+copy" ->
            Optional.of(archive);
        default -> Optional.empty(); // cdrom, ftp, ssh, tor: not ours to use.
      };
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }

  private IOException nothing(AptSources apt) {
    String looked =
        apt.entries().isEmpty()
            ? "apt has no sources"
            : "of apt's " + apt.entries().size() + " sources none is Debian's";
    return new IOException(
        suite
            + ": no Debian mirror found: "
            + looked
            + " (expected: an entry signed by debian-archive-keyring)"
            + "\n  advice: name one: --mirror URL, or packageRepositories in the template");
  }
}
