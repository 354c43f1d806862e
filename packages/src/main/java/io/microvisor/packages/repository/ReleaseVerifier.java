package io.microvisor.packages.repository;

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
  private static final Duration SKEW = Duration.ofDays(1);

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
    return switch (spec.trust()) {
      case Trust.SignedBy(var keyring) -> {
        var verified =
            new SignatureVerifier(keyring, now).verify(subject, ClearSigned.parse(inRelease));
        yield accept(subject, spec, verified.text(), new Provenance.Signed(verified.signer()));
      }
      case Trust.Unsigned() ->
          accept(
              subject,
              spec,
              ClearSigned.parse(inRelease).unverifiedText(),
              new Provenance.UnsignedByChoice());
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
            new SignatureVerifier(keyring, now).verifyDetached(subject, release, signature);
        yield accept(subject, spec, release, new Provenance.Signed(signer));
      }
      case Trust.Unsigned() -> accept(subject, spec, release, new Provenance.UnsignedByChoice());
    };
  }

  private VerifiedRelease accept(
      String subject, RepositorySpec spec, byte[] text, Provenance provenance) throws IOException {
    Release release = Release.parse(text);
    boolean says = !release.suite().isEmpty() || !release.codename().isEmpty();
    boolean asked = spec.suite().equals(release.suite()) || spec.suite().equals(release.codename());
    if (says && !asked && !spec.flat()) {
      throw new IOException(
          subject
              + ": it is the Release file of suite \""
              + release.suite()
              + "\", codename \""
              + release.codename()
              + "\" (expected: "
              + spec.suite()
              + ")\n  advice: give the suite's own name, or another mirror");
    }
    List<String> notes = new ArrayList<>();
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
