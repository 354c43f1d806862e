package io.microvisor.packages.repository;

import io.microvisor.bytes.FormatException;
import io.microvisor.packages.openpgp.ClearSigned;
import io.microvisor.packages.openpgp.SignatureVerifier;
import io.microvisor.packages.repository.RepositorySpec.Trust;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// Turns the bytes of Release files into a [VerifiedRelease], or refuses them: by signature, by date, and by suite,
/// because a genuine Release file of another suite is still the wrong one.
public final class ReleaseVerifier {
  /// How far a `Date` may lie ahead: clocks without a time server are minutes wrong. (apt allows ten seconds.)
  private static final Duration SKEW = Duration.ofMinutes(5);

  private final Instant now;

  /// A verifier for which it is `now`.
  public ReleaseVerifier(Instant now) {
    this.now = now;
  }

  /// Verifies an `InRelease` file.
  ///
  /// @param subject what it is, for messages: its address
  /// @throws IOException if it is damaged or refused, with what was found, what was expected and what to do
  public VerifiedRelease verifyInRelease(String subject, RepositorySpec spec, byte[] inRelease)
      throws IOException {
    ClearSigned message = understood(subject, () -> ClearSigned.parse(inRelease));
    return switch (spec.trust()) {
      case Trust.SignedBy(var keyring) -> {
        var verified =
            understood(subject, () -> new SignatureVerifier(keyring, now).verify(subject, message));
        yield accept(subject, spec, verified.text(), new Provenance.Signed(verified.signer()));
      }
      case Trust.Unsigned() ->
          accept(subject, spec, message.unverifiedText(), new Provenance.UnsignedByChoice());
    };
  }

  /// Verifies a `Release` file with its detached signature `Release.gpg`.
  ///
  /// @param signature ignored where the repository need not be signed
  /// @throws IOException if it is damaged or refused
  public VerifiedRelease verifyDetached(
      String subject, RepositorySpec spec, byte[] release, byte[] signature) throws IOException {
    return switch (spec.trust()) {
      case Trust.SignedBy(var keyring) -> {
        var signer =
            understood(
                subject + ".gpg",
                () ->
                    new SignatureVerifier(keyring, now)
                        .verifyDetached(subject, release, signature));
        yield accept(subject, spec, release, new Provenance.Signed(signer));
      }
      case Trust.Unsigned() -> accept(subject, spec, release, new Provenance.UnsignedByChoice());
    };
  }

  /// Something that is made of bytes from outside.
  @FunctionalInterface
  private interface Reading<T> {
    T read() throws IOException;
  }

  /// Says of broken bytes whose they are.
  private static <T> T understood(String subject, Reading<T> reading) throws IOException {
    try {
      return reading.read();
    } catch (FormatException e) {
      throw new IOException(subject + ": " + e.getMessage(), e);
    }
  }

  private VerifiedRelease accept(
      String subject, RepositorySpec spec, byte[] text, Provenance provenance) throws IOException {
    Release release = understood(subject, () -> Release.parse(text));
    if (!spec.flat() && !isNamed(spec, release)) {
      throw new IOException(
          subject
              + ": it is the Release file of "
              + (unnamed(release)
                  ? "no named suite, as it has neither Suite nor Codename"
                  : "suite \"%s\", codename \"%s\"".formatted(release.suite(), release.codename()))
              + " (expected: "
              + expected(spec)
              + ")\n  advice: give the suite's own name, or another mirror; if the archive calls it so on"
              + " purpose, say releaseSuite: "
              + (unnamed(release) ? "none" : alias(release))
              + " in its entry of packageRepositories");
    }
    List<String> notes = new ArrayList<>();
    if (release.date().equals(Instant.EPOCH)) {
      notes.add(subject + ": it has no Date, so nobody can tell whether it is an old one");
    }
    for (String stale : untimely(subject, release)) {
      switch (spec.freshness()) {
        case CHECKED -> throw new IOException(stale);
        case UNCHECKED ->
            notes.add(
                stale.replaceFirst("\\n.*", "")
                    + "; used, because Check-Valid-Until is off for it");
      }
    }
    return new VerifiedRelease(release, provenance, notes);
  }

  private static boolean isNamed(RepositorySpec spec, Release release) {
    return switch (spec.releaseName()) {
      case RepositorySpec.ReleaseName.AsAsked() -> isCalled(release, spec.suite());
      case RepositorySpec.ReleaseName.Called(String name) -> isCalled(release, name);
      case RepositorySpec.ReleaseName.Unnamed() -> unnamed(release);
    };
  }

  private static boolean isCalled(Release release, String name) {
    return name.equals(release.suite()) || name.equals(release.codename());
  }

  private static boolean unnamed(Release release) {
    return release.suite().isEmpty() && release.codename().isEmpty();
  }

  private static String alias(Release release) {
    return release.suite().isEmpty() ? release.codename() : release.suite();
  }

  private static String expected(RepositorySpec spec) {
    return switch (spec.releaseName()) {
      case RepositorySpec.ReleaseName.AsAsked() -> spec.suite();
      case RepositorySpec.ReleaseName.Called(String name) -> name;
      case RepositorySpec.ReleaseName.Unnamed() -> "neither Suite nor Codename";
    };
  }

  private List<String> untimely(String subject, Release release) {
    List<String> all = new ArrayList<>();
    if (!release.validUntil().isAfter(now)) {
      all.add(
          subject
              + ": it was valid until "
              + release.validUntil()
              + " (now: "
              + now
              + "); this mirror is out of date, or someone hides updates"
              + "\n  advice: use another mirror; for one that stands still on purpose say so (Check-Valid-Until: no)");
    }
    if (release.date().isAfter(now.plus(SKEW))) {
      all.add(
          subject
              + ": it was made at "
              + release.date()
              + ", in the future (now: "
              + now
              + ")\n  advice: check this machine's clock");
    }
    return all;
  }
}
