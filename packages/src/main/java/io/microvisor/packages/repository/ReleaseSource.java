package io.microvisor.packages.repository;

import io.microvisor.bytes.Digest;
import io.microvisor.packages.fetch.Downloader;
import io.microvisor.packages.fetch.Small;
import io.microvisor.packages.fetch.Validators;
import io.microvisor.packages.repository.RepositorySpec.Freshness;
import io.microvisor.packages.repository.RepositorySpec.Trust;
import io.microvisor.store.Actions;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// Where Release files come from: the archive, or the last answer of the archive when that still holds.
///
/// The last verified answer is kept in the action cache by its address, and verified again when it is used. It saves the
/// transfer when nothing changed, and it is what an attacker who replays an old Release file has to beat: a signed one
/// is refused if it is older than the newest that any archive of the same repository showed before. Who says
/// Check-Valid-Until: no for a repository may go back, and from then on the older state is the one remembered.
final class ReleaseSource {
  private static final int LARGEST = 12 << 20;
  private static final int CACHE_VERSION = 1;

  private final Downloader downloader;
  private final Actions cache;
  private final ReleaseVerifier verifier;

  ReleaseSource(Downloader downloader, Actions cache, ReleaseVerifier verifier) {
    this.downloader = downloader;
    this.cache = cache;
    this.verifier = verifier;
  }

  /// One answer of an archive.
  @SuppressWarnings("ArrayRecordComponent") // A carrier, never compared.
  private record Answer(Form form, byte[] content, byte[] signature, Validators validators) {}

  private enum Form {
    IN_RELEASE,
    RELEASE
  }

  /// An archive shows an older state of a repository than was seen before.
  static final class WentBackException extends IOException {
    private static final long serialVersionUID = 1;

    WentBackException(String message) {
      super(message);
    }
  }

  /// The suite's Release file at `archive`; empty if the archive says that there is none.
  ///
  /// @throws WentBackException if it is older than one seen before; another archive may be further
  /// @throws IOException if it is refused
  Optional<VerifiedRelease> find(RepositorySpec spec, URI archive)
      throws IOException, InterruptedException {
    URI distribution = spec.distribution(archive);
    Optional<Answer> last = last(distribution);
    Optional<Answer> answer = ask(spec, distribution, last);
    if (answer.isEmpty()) {
      return Optional.empty();
    }
    VerifiedRelease verified = verify(spec, distribution, answer.get());
    List<String> notes = new ArrayList<>(verified.notes());
    Optional<Seen> newest = newest(spec, answer.get());
    if (newest.isPresent() && newest.get().date().isAfter(verified.release().date())) {
      String what =
          "%s: it was made at %s, but a newer one, of %s, was seen before at %s"
              .formatted(
                  distribution,
                  verified.release().date(),
                  newest.get().date(),
                  newest.get().distribution());
      switch (spec.freshness()) {
        case CHECKED ->
            throw new WentBackException(
                what
                    + "; this mirror is behind, or someone hides updates"
                    + "\n  advice: try later or use another mirror; if the archive went back on purpose, say so once"
                    + " (Check-Valid-Until: no)");
        case UNCHECKED -> {
          notes.add(what + "; used, because Check-Valid-Until is off for it");
          forget(spec);
        }
      }
    }
    if (last.isEmpty() || !last.get().equals(answer.get())) {
      keep(distribution, answer.get());
    }
    return Optional.of(new VerifiedRelease(verified.release(), verified.provenance(), notes));
  }

  /// A date that was seen, and where.
  private record Seen(Instant date, URI distribution) {}

  /// The newest signed state that any archive of the repository showed before. What nobody signed proves no date.
  private Optional<Seen> newest(RepositorySpec spec, Answer now) throws IOException {
    List<Seen> all = new ArrayList<>();
    if (spec.trust() instanceof Trust.SignedBy) {
      for (URI archive : spec.archives()) {
        URI distribution = spec.distribution(archive);
        Optional<Answer> kept = last(distribution);
        boolean other = kept.isPresent() && !Arrays.equals(kept.get().content(), now.content());
        if (other) {
          lastGood(spec, distribution, kept.get())
              .ifPresent(good -> all.add(new Seen(good.release().date(), distribution)));
        }
      }
    }
    return all.stream().max(Comparator.comparing(Seen::date));
  }

  private void forget(RepositorySpec spec) throws IOException {
    for (URI archive : spec.archives()) {
      cache.put(key(spec.distribution(archive)), new byte[0]);
    }
  }

  private Optional<Answer> ask(RepositorySpec spec, URI distribution, Optional<Answer> last)
      throws IOException, InterruptedException {
    if (last.isPresent() && !downloader.reaches(distribution)) {
      return last;
    }
    Validators known =
        last.filter(one -> one.form() == Form.IN_RELEASE)
            .map(Answer::validators)
            .orElse(Validators.NONE);
    URI inRelease = distribution.resolve("InRelease");
    return switch (downloader.small(spec.name(), inRelease, LARGEST, known)) {
      case Small.Fresh(byte[] content, Validators validators) ->
          Optional.of(new Answer(Form.IN_RELEASE, content, new byte[0], validators));
      case Small.Unchanged() -> last;
      case Small.Absent(_) -> askDetached(spec, distribution);
    };
  }

  private Optional<Answer> askDetached(RepositorySpec spec, URI distribution)
      throws IOException, InterruptedException {
    URI address = distribution.resolve("Release");
    Small release = downloader.small(spec.name(), address, LARGEST, Validators.NONE);
    if (!(release instanceof Small.Fresh(byte[] content, Validators _))) {
      return Optional.empty();
    }
    byte[] none = {};
    if (spec.trust() instanceof Trust.Unsigned) {
      return Optional.of(new Answer(Form.RELEASE, content, none, Validators.NONE));
    }
    URI gpg = distribution.resolve("Release.gpg");
    return switch (downloader.small(spec.name(), gpg, LARGEST, Validators.NONE)) {
      case Small.Fresh(byte[] signature, Validators _) ->
          Optional.of(new Answer(Form.RELEASE, content, signature, Validators.NONE));
      case Small.Unchanged(), Small.Absent(_) ->
          throw new IOException(
              address
                  + ": the repository is not signed: neither InRelease nor Release.gpg is there (expected: one of them)"
                  + "\n  advice: if you trust this one without a signature, say so in the template");
    };
  }

  private VerifiedRelease verify(RepositorySpec spec, URI distribution, Answer answer)
      throws IOException {
    return switch (answer.form()) {
      case IN_RELEASE ->
          verifier.verifyInRelease(
              distribution.resolve("InRelease").toString(), spec, answer.content());
      case RELEASE ->
          verifier.verifyDetached(
              distribution.resolve("Release").toString(),
              spec,
              answer.content(),
              answer.signature());
    };
  }

  /// What was kept is verified like what comes, except that it may be out of date by now; if it does not pass any more,
  /// it says nothing.
  private Optional<VerifiedRelease> lastGood(RepositorySpec spec, URI distribution, Answer answer) {
    try {
      return Optional.of(verify(spec.with(Freshness.UNCHECKED), distribution, answer));
    } catch (IOException _) {
      return Optional.empty();
    }
  }

  /// The files of the last verified answer of a distribution, by name; none if it was never asked.
  SortedMap<String, byte[]> kept(URI distribution) throws IOException {
    SortedMap<String, byte[]> files = new TreeMap<>();
    Optional<Answer> last = last(distribution);
    if (last.isPresent()) {
      switch (last.get().form()) {
        case IN_RELEASE -> files.put("InRelease", last.get().content());
        case RELEASE -> {
          files.put("Release", last.get().content());
          if (last.get().signature().length > 0) {
            files.put("Release.gpg", last.get().signature());
          }
        }
      }
    }
    return files;
  }

  private static Digest key(URI distribution) {
    return Digest.sha256("release-" + CACHE_VERSION + "\0" + distribution);
  }

  private void keep(URI distribution, Answer answer) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeUTF(answer.form().name());
    out.writeUTF(answer.validators().etag());
    out.writeUTF(answer.validators().lastModified());
    out.writeInt(answer.content().length);
    out.write(answer.content());
    out.write(answer.signature());
    if (bytes.size() <= Actions.LARGEST_VALUE) {
      cache.put(key(distribution), bytes.toByteArray());
    }
  }

  private Optional<Answer> last(URI distribution) throws IOException {
    Optional<byte[]> kept = cache.find(key(distribution));
    if (kept.isEmpty()) {
      return Optional.empty();
    }
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(kept.get()));
    try {
      Form form = Form.valueOf(in.readUTF());
      Validators validators = new Validators(in.readUTF(), in.readUTF());
      byte[] content = in.readNBytes(in.readInt());
      return Optional.of(new Answer(form, content, in.readAllBytes(), validators));
    } catch (IOException | IllegalArgumentException _) {
      return Optional.empty(); // Kept by another version of ours: as if nothing were.
    }
  }
}
