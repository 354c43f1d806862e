package io.microvisor.packages.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.microvisor.packages.catalog.SearchHit;
import io.microvisor.packages.deb.DebPackage;
import io.microvisor.packages.deb.Origin;
import io.microvisor.packages.fetch.DownloadEvent;
import io.microvisor.packages.fetch.Downloader;
import io.microvisor.packages.fetch.FaultyServer;
import io.microvisor.packages.fetch.Network;
import io.microvisor.packages.openpgp.SignatureRefusedException;
import io.microvisor.packages.openpgp.TestKey;
import io.microvisor.packages.repository.RepositorySpec.Freshness;
import io.microvisor.packages.repository.RepositorySpec.Presence;
import io.microvisor.packages.repository.RepositorySpec.ReleaseName;
import io.microvisor.packages.repository.RepositorySpec.Trust;
import io.microvisor.store.Store;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.bouncycastle.bcpg.HashAlgorithmTags;
import org.bouncycastle.openpgp.PGPSignature;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RepositoryClientTest {
  private static final Instant NOW = Instant.parse("2026-01-05T00:00:00Z");

  private final FaultyServer server = new FaultyServer();
  private final TestArchive archive = new TestArchive();
  private Store store;
  private Downloader downloader;

  @TempDir Path directory;

  @BeforeEach
  void open() throws IOException {
    store = Store.open(directory.resolve("store"));
    downloader = new Downloader(Network.DIRECT, store, _ -> {});
  }

  @AfterEach
  void close() throws IOException {
    downloader.close();
    server.close();
    store.close();
  }

  @Test
  void readsIndexesOfEveryCompressionByTheirDigest() throws Exception {
    for (String suffix : List.of(".gz", ".xz", "")) {
      archive.packages = archive.packages.replace("2.10", "2.10" + suffix);
      archive.on(server, suffix);
      RepositorySnapshot snapshot = refresh(spec());

      assertThat(snapshot.packages().stream())
          .extracting(DebPackage::name)
          .containsExactly("hello", "libc6");
      assertThat(snapshot.packages().item(0).depends().toString()).contains("base-files");
      assertThat(snapshot.packages().item(0).origin())
          .isEqualTo(new Origin("Test", "trixie", "main"));
      assertThat(snapshot.provenance()).isInstanceOf(Provenance.Signed.class);
    }
    assertThat(server.requests()).allMatch(r -> r.contains("InRelease") || r.contains("by-hash"));
  }

  @Test
  void fetchesTheIndexByItsNameWhereThereIsNoDigestFolder() throws Exception {
    server.on(TestArchive.DIST + "InRelease", FaultyServer.content(archive.inRelease(".gz")));
    server.on(TestArchive.DIST + TestArchive.INDEX + ".gz", FaultyServer.content(archive.gz()));

    assertThat(refresh(spec()).packages().size()).isEqualTo(2);
  }

  @Test
  void leavesOutARecordThatCannotBeReadAndSaysSoEachTime() throws Exception {
    archive.packages = archive.packages.replace("Version: 2.10-5", "Version: v2.10-5");
    archive.on(server, ".gz");

    for (int time = 1; time <= 2; time++) {
      List<String> noted = new ArrayList<>();
      RepositorySnapshot snapshot =
          client()
              .refresh(
                  List.of(spec()),
                  event -> {
                    if (event instanceof DownloadEvent.Noted(String line)) {
                      noted.add(line);
                    }
                  })
              .getFirst();

      assertThat(snapshot.packages().names()).containsExactly("libc6");
      assertThat(noted)
          .isEqualTo(snapshot.notes())
          .singleElement()
          .asString()
          .contains("repository trixie: left out: Test/trixie/main: hello: ", "Version", "v2.10-5");
    }
  }

  @Test
  void fetchesNothingTwice() throws Exception {
    archive.on(server, ".gz");
    refresh(spec());
    int before = server.requests().size();

    assertThat(refresh(spec()).packages().size()).isEqualTo(2);
    assertThat(server.requests().subList(before, server.requests().size()))
        .containsExactly("GET " + TestArchive.DIST + "InRelease");
  }

  @Test
  void makesADamagedCatalogueAnewFromWhatWasDownloaded() throws Exception {
    archive.on(server, ".gz");
    refresh(spec());
    int before = server.requests().size();
    List<byte[]> sound = new ArrayList<>();
    for (Path kept : kept()) {
      sound.add(Files.readAllBytes(kept));
      Files.write(kept, Arrays.copyOf(Files.readAllBytes(kept), 40));
    }

    RepositorySnapshot snapshot = refresh(spec());

    assertThat(snapshot.packages().packages("hello"))
        .extracting(DebPackage::filename)
        .containsExactly("pool/main/h/hello/hello_2.10-5_amd64.deb");
    assertThat(snapshot.packages().search(List.of("greeting"))).hasSize(1);
    assertThat(server.requests().subList(before, server.requests().size()))
        .containsExactly("GET " + TestArchive.DIST + "InRelease");
    for (Path kept : kept()) {
      assertThat(sound.removeFirst()).isEqualTo(Files.readAllBytes(kept));
    }
  }

  @Test
  void searchesNamesAndTheFirstLineOfDescriptions() throws Exception {
    archive.on(server, ".xz");
    Origin origin = new Origin("Test", "trixie", "main");

    RepositorySnapshot snapshot = refresh(spec());

    assertThat(snapshot.packages().search(List.of("A", "GREETING")))
        .containsExactly(new SearchHit("hello", "2.10-5", "a greeting", origin));
    assertThat(snapshot.packages().search(List.of("lines"))).isEmpty();
    assertThat(snapshot.packages().search(List.of("libc")))
        .containsExactly(new SearchHit("libc6", "2.41-12", "", origin));
  }

  @Test
  void saysOfWhichIndexNothingCanBeUsed() {
    archive.packages = archive.packages.replaceAll("Version: .*\n", "");
    archive.on(server, ".gz");

    assertThatThrownBy(() -> refresh(spec()))
        .hasMessageContaining("Test/trixie/main, index main/binary-amd64/Packages.gz: damaged")
        .hasMessageContaining("hello: ")
        .hasMessageContaining("no field Version in this stanza");
  }

  /// The catalogue and the search text of the one index that was read.
  private List<Path> kept() throws IOException {
    List<Path> kept = new ArrayList<>();
    try (Stream<Path> files = Files.walk(directory.resolve("store/v1/files"))) {
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        byte[] head = Arrays.copyOf(Files.readAllBytes(file), 6);
        if (List.of("EMTCAT", "EMTSRC").contains(new String(head, StandardCharsets.US_ASCII))) {
          kept.add(file);
        }
      }
    }
    assertThat(kept).hasSize(2);
    return kept;
  }

  @Test
  void refusesAReleaseFileThatIsOutOfDateUnlessToldNotToLook() throws Exception {
    archive.fields = archive.fields.replace("Sat, 10 Jan", "Sun, 04 Jan");
    archive.on(server, ".gz");

    assertThatThrownBy(() -> refresh(spec()))
        .hasMessageContaining("InRelease: it was valid until 2026-01-04T07:55:41Z (now: 2026-01-05")
        .hasMessageContaining("advice: use another mirror");
    RepositorySpec spec = spec();
    assertThat(
            refresh(
                    new RepositorySpec(
                        "still",
                        spec.archives(),
                        "trixie",
                        List.of("main"),
                        "amd64",
                        spec.trust(),
                        Freshness.UNCHECKED,
                        Presence.REQUIRED))
                .packages()
                .size())
        .isEqualTo(2);
  }

  @Test
  void refusesAGenuineReleaseFileOfAnotherSuite() {
    archive.fields = archive.fields.replace("trixie", "bookworm");
    archive.on(server, ".gz");

    assertThatThrownBy(() -> refresh(spec()))
        .hasMessageContaining(
            "it is the Release file of suite \"stable\", codename \"bookworm\" (expected: trixie)");
  }

  @Test
  void takesAReleaseFileUnderTheNameTheTemplateStates() throws Exception {
    archive.fields = archive.fields.replace("trixie", "edge");
    archive.on(server, ".gz");

    assertThat(refresh(spec().with(new ReleaseName.Called("edge"))).packages().size()).isEqualTo(2);
    assertThat(refresh(spec().with(new ReleaseName.Called("stable"))).packages().size())
        .isEqualTo(2);
    assertThatThrownBy(() -> refresh(spec().with(new ReleaseName.Called("other"))))
        .hasMessageContaining("(expected: other)")
        .hasMessageContaining("say releaseSuite: stable");
    assertThatThrownBy(() -> refresh(spec().with(new ReleaseName.Unnamed())))
        .hasMessageContaining("(expected: neither Suite nor Codename)");
  }

  @Test
  void refusesAReleaseFileOfNoNamedSuiteUnlessTheTemplateSaysSo() throws Exception {
    archive.fields = archive.fields.replaceAll("(Suite|Codename): .*\n", "");
    archive.on(server, ".gz");

    assertThatThrownBy(() -> refresh(spec()))
        .hasMessageContaining(
            "no named suite, as it has neither Suite nor Codename (expected: trixie)")
        .hasMessageContaining("say releaseSuite: none");
    assertThat(refresh(spec().with(new ReleaseName.Unnamed())).packages().size()).isEqualTo(2);
  }

  @Test
  void takesADateMinutesAheadAndRefusesOneBeyond() throws Exception {
    archive.fields =
        archive.fields.replaceAll("\nDate: .*", "\nDate: Mon, 05 Jan 2026 00:06:00 UTC");
    archive.on(server, ".gz");
    assertThatThrownBy(() -> refresh(spec())).hasMessageContaining("in the future (now:");

    archive.fields = archive.fields.replace("00:06:00", "00:04:00");
    archive.on(server, ".gz");
    assertThat(refresh(spec()).packages().size()).isEqualTo(2);
  }

  @Test
  void notesAReleaseFileWithoutADate() throws Exception {
    archive.fields = archive.fields.replaceAll("\nDate: .*", "");
    archive.on(server, ".gz");

    assertThat(refresh(spec()).notes())
        .singleElement()
        .asString()
        .contains("dists/trixie/InRelease: it has no Date");
  }

  @Test
  void readsAnArchiveThatHasPackagesOfAllArchitecturesAlone() throws Exception {
    String release =
        archive
            .release("")
            .replace("binary-amd64", "binary-all")
            .replace("all amd64", "all")
            .replace("Acquire-By-Hash: yes", "Acquire-By-Hash: no");
    server.on(TestArchive.DIST + "InRelease", FaultyServer.content(archive.key.clearSign(release)));
    server.on(TestArchive.DIST + "main/binary-all/Packages", FaultyServer.content(archive.plain()));

    assertThat(refresh(spec()).packages().size()).isEqualTo(2);
  }

  @Test
  void namesTheArchiveWhoseReleaseFileCannotBeRead() {
    server.on(
        TestArchive.DIST + "InRelease",
        FaultyServer.content(
            archive.key.clearSign(archive.release("").replace("SHA256:", "MD5Sum:"))));
    assertThatThrownBy(() -> refresh(spec()))
        .hasMessageContaining("/debian/dists/trixie/InRelease: ")
        .hasMessageContaining("it lists files by MD5Sum (expected: by SHA256 or SHA512)");

    server.on(TestArchive.DIST + "InRelease", FaultyServer.content(new byte[] {'<', 'p', '>'}));
    assertThatThrownBy(() -> refresh(spec()))
        .hasMessageContaining("/debian/dists/trixie/InRelease: not a clear-signed text");
  }

  @Test
  void refusesAnIndexThatIsNotTheOneSigned() {
    byte[] signed = archive.inRelease(".gz");
    archive.packages = archive.packages.replace("53000", "53001");
    archive.on(server, ".gz");
    byte[] other = archive.gz();
    server.on(TestArchive.DIST + "InRelease", FaultyServer.content(signed));
    server.on(TestArchive.DIST + TestArchive.INDEX + ".gz", FaultyServer.content(other));

    assertThatThrownBy(() -> refresh(spec()))
        .hasMessageContaining(TestArchive.INDEX + ".gz")
        .hasMessageContaining("(expected: ");
  }

  @Test
  void refusesAnIndexWhoseContentIsNotWhatTheReleaseFileSays() {
    // The compressed file is as signed, but inflates to something else than the entry of the plain
    // file.
    archive.on(server, ".gz");
    String lie = archive.release(".gz").replaceFirst(" [0-9a-f]{64}", " " + "00".repeat(32));
    server.on(TestArchive.DIST + "InRelease", FaultyServer.content(archive.key.clearSign(lie)));

    assertThatThrownBy(() -> refresh(spec()))
        .hasMessageContaining("damaged package index")
        .hasMessageContaining("(expected: ");
  }

  @Test
  void refusesAnIndexThatInflatesToMoreThanItShould() {
    archive.on(server, ".gz");
    String lie = archive.release(".gz").replaceFirst(" " + archive.plain().length + " ", " 100 ");
    server.on(TestArchive.DIST + "InRelease", FaultyServer.content(archive.key.clearSign(lie)));

    assertThatThrownBy(() -> refresh(spec()))
        .hasMessageContaining("there is more (expected: 100 bytes in all)");
  }

  @Test
  void refusesAnotherKeysSignature() {
    archive.on(server, ".gz");

    assertThatThrownBy(() -> refresh(spec(new Trust.SignedBy(TestKey.sound().keyring()))))
        .isInstanceOf(SignatureRefusedException.class)
        .hasMessageContaining("InRelease: signed by unknown key ");
  }

  @Test
  void readsADetachedSignatureAndRefusesItsAbsence() throws Exception {
    archive.on(server, ".gz");
    byte[] release = archive.release(".gz").getBytes(StandardCharsets.UTF_8);
    server.on(TestArchive.DIST + "InRelease", FaultyServer.status(404));
    server.on(TestArchive.DIST + "Release", FaultyServer.content(release));

    assertThatThrownBy(() -> refresh(spec()))
        .hasMessageContaining("not signed: neither InRelease nor Release.gpg is there");
    assertThat(refresh(spec(new Trust.Unsigned())).provenance())
        .isEqualTo(new Provenance.UnsignedByChoice());
    byte[] signature =
        TestKey.detached(
            release,
            PGPSignature.BINARY_DOCUMENT,
            archive.key.primary(),
            HashAlgorithmTags.SHA512,
            NOW,
            _ -> {});
    server.on(TestArchive.DIST + "Release.gpg", FaultyServer.content(signature));
    assertThat(refresh(spec()).provenance()).isInstanceOf(Provenance.Signed.class);
  }

  @Test
  void readsALocalFolderWithAReleaseFile() throws Exception {
    Path folder = directory.resolve("repo/dists/trixie/main/binary-amd64");
    Files.createDirectories(folder);
    Files.write(directory.resolve("repo/dists/trixie/InRelease"), archive.inRelease(".xz"));
    Files.write(folder.resolve("Packages.xz"), archive.xz());
    RepositorySpec spec = spec(directory.resolve("repo").toUri(), Presence.REQUIRED);

    assertThat(refresh(spec).packages().size()).isEqualTo(2);
  }

  @Test
  void leavesOutWhatIsOptionalAndNotThere() throws Exception {
    RepositorySpec spec = spec(server.address("/none"), Presence.OPTIONAL);

    assertThat(client().refresh(List.of(spec), _ -> {})).isEmpty();
    assertThatThrownBy(() -> refresh(spec(server.address("/none"), Presence.REQUIRED)))
        .hasMessageContaining("no archive has suite trixie")
        .hasMessageContaining("/none/dists/trixie/: there is neither InRelease nor Release")
        .hasMessageContaining("--mirror URL");
  }

  @Test
  void namesTheComponentsWhereTheWantedOneIsMissing() {
    archive.on(server, ".gz");
    RepositorySpec spec = spec();
    RepositorySpec contrib =
        new RepositorySpec(
            "trixie",
            spec.archives(),
            "trixie",
            List.of("contrib"),
            "amd64",
            spec.trust(),
            Freshness.CHECKED,
            Presence.REQUIRED);

    assertThatThrownBy(() -> refresh(contrib))
        .hasMessageContaining("knows no component contrib (expected: one; it has components main");
  }

  private RepositorySnapshot refresh(RepositorySpec spec) throws IOException, InterruptedException {
    return client().refresh(List.of(spec), _ -> {}).getFirst();
  }

  private RepositoryClient client() {
    return new RepositoryClient(downloader, store, NOW);
  }

  private RepositorySpec spec() {
    return spec(new Trust.SignedBy(archive.key.keyring()));
  }

  private RepositorySpec spec(Trust trust) {
    return spec(server.address("/debian"), trust, Presence.REQUIRED);
  }

  private RepositorySpec spec(URI address, Presence presence) {
    return spec(address, new Trust.SignedBy(archive.key.keyring()), presence);
  }

  private static RepositorySpec spec(URI address, Trust trust, Presence presence) {
    return new RepositorySpec(
        "trixie",
        List.of(address),
        "trixie",
        List.of("main"),
        "amd64",
        trust,
        Freshness.CHECKED,
        presence);
  }
}
