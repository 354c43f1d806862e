package io.microvisor.packages.repository;

import io.microvisor.bytes.Digest;
import io.microvisor.packages.fetch.Downloader;
import io.microvisor.packages.fetch.Small;
import io.microvisor.packages.fetch.Validators;
import io.microvisor.packages.repository.RepositorySpec.Trust;
import io.microvisor.store.Actions;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// Where Release files come from: the archive, or the last answer of the archive when that still holds.
///
/// The last verified answer is kept in the action cache by its address. It saves the transfer when nothing changed,
/// and it is what an attacker who replays an old Release file has to beat.
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

  /// A verified Release file, and what deserves mention about it.
  record Found(VerifiedRelease verified, List<String> notes) {}

  /// One answer of an archive.
  @SuppressWarnings("ArrayRecordComponent") // A carrier, never compared.
  private record Answer(Form form, byte[] content, byte[] signature, Validators validators) {}

  private enum Form {
    IN_RELEASE,
    RELEASE
  }

  /// The suite's Release file at `archive`; empty if the archive says that there is none.
  Optional<Found> find(RepositorySpec spec, URI archive) throws IOException, InterruptedException {
    URI distribution = spec.distribution(archive);
    Optional<Answer> last = last(distribution);
    Optional<Answer> answer = ask(spec, distribution, last);
    if (answer.isEmpty()) {
      return Optional.empty();
    }
    VerifiedRelease verified = verify(spec, distribution, answer.get());
    Optional<VerifiedRelease> before =
        last.filter(one -> !one.equals(answer.get()))
            .flatMap(one -> lastGood(spec, distribution, one));
    if (before.isPresent() && before.get().release().date().isAfter(verified.release().date())) {
      return Optional.of(
          new Found(
              before.get(),
              List.of(
                  "%s: the server shows the state of %s, older than that of %s seen before, which is used"
                      .formatted(
                          distribution,
                          verified.release().date(),
                          before.get().release().date()))));
    }
    if (last.isEmpty() || !last.get().equals(answer.get())) {
      keep(distribution, answer.get());
    }
    return Optional.of(new Found(verified, List.of()));
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

  /// What was kept is verified like what comes; if it does not pass any more, it says nothing.
  private Optional<VerifiedRelease> lastGood(RepositorySpec spec, URI distribution, Answer answer) {
    try {
      return Optional.of(verify(spec, distribution, answer));
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
