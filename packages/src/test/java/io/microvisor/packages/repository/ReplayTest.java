package io.microvisor.packages.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.microvisor.packages.fetch.DownloadEvent;
import io.microvisor.packages.fetch.Downloader;
import io.microvisor.packages.fetch.FaultyServer;
import io.microvisor.packages.fetch.Network;
import io.microvisor.packages.repository.RepositorySpec.Freshness;
import io.microvisor.packages.repository.RepositorySpec.Presence;
import io.microvisor.packages.repository.RepositorySpec.Trust;
import io.microvisor.store.Store;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Mirrors that show an older state than before, or one that is out of date.
final class ReplayTest {
  private static final Instant NOW = Instant.parse("2026-01-05T00:00:00Z");

  private final FaultyServer server = new FaultyServer();
  private final FaultyServer second = new FaultyServer();
  private final TestArchive archive = new TestArchive();
  private final List<String> notes = Collections.synchronizedList(new ArrayList<>());
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
    second.close();
    store.close();
  }

  @Test
  void refusesAnOlderStateThanTheOneSeenBeforeAndNamesBothDates() throws Exception {
    archive.on(server, ".gz");
    refresh(spec(Freshness.CHECKED, server));
    goBack();
    archive.on(server, ".gz");

    for (int again = 0; again < 2; again++) {
      assertThatThrownBy(() -> refresh(spec(Freshness.CHECKED, server)))
          .hasMessageContaining("it was made at 2026-01-02T07:55:41Z, but a newer one")
          .hasMessageContaining("of 2026-01-03T07:55:41Z, was seen before")
          .hasMessageContaining("advice: try later or use another mirror");
    }
  }

  @Test
  void refusesAnOlderStateAtAnotherArchiveOfTheSameRepository() throws Exception {
    archive.on(server, ".gz");
    refresh(spec(Freshness.CHECKED, server));
    goBack();
    archive.on(second, ".gz");
    server.on(TestArchive.DIST + "InRelease", FaultyServer.status(403));

    assertThatThrownBy(() -> refresh(spec(Freshness.CHECKED, server, second)))
        .hasMessageContaining("seen before at " + server.address(TestArchive.DIST));
    assertThat(refresh(spec(Freshness.CHECKED, second)).release().date())
        .as("for who never saw the newer one it is the newest")
        .isEqualTo(Instant.parse("2026-01-02T07:55:41Z"));
  }

  @Test
  void goesOnToTheArchiveThatIsNotBehind() throws Exception {
    archive.on(server, ".gz");
    archive.on(second, ".gz");
    RepositorySpec both = spec(Freshness.CHECKED, server, second);
    refresh(both);
    goBack();
    archive.on(server, ".gz");

    assertThat(refresh(both).release().date()).isEqualTo(Instant.parse("2026-01-03T07:55:41Z"));
  }

  @Test
  void goesBackOnceTheUserSaysSoAndTellsIt() throws Exception {
    archive.on(server, ".gz");
    refresh(spec(Freshness.CHECKED, server));
    goBack();
    archive.on(server, ".gz");

    assertThat(refresh(spec(Freshness.UNCHECKED, server)).packages().item(0).name())
        .isEqualTo("older");
    assertThat(notes)
        .singleElement()
        .asString()
        .contains("a newer one, of 2026-01-03T07:55:41Z, was seen before")
        .endsWith("used, because Check-Valid-Until is off for it");
    notes.clear();
    assertThat(refresh(spec(Freshness.CHECKED, server)).packages().item(0).name())
        .isEqualTo("older");
    assertThat(notes).isEmpty();
  }

  @Test
  void remembersTheDateEvenOfAStateThatIsOutOfDateByNow() throws Exception {
    archive.on(server, ".gz");
    refresh(spec(Freshness.CHECKED, server));
    goBack();
    archive.fields = archive.fields.replace("Sat, 10 Jan 2026", "Mon, 10 Jan 2028");
    archive.on(server, ".gz");
    RepositoryClient later =
        new RepositoryClient(downloader, store, Instant.parse("2026-02-01T00:00:00Z"));

    assertThatThrownBy(() -> later.refresh(List.of(spec(Freshness.CHECKED, server)), _ -> {}))
        .hasMessageContaining("a newer one, of 2026-01-03T07:55:41Z, was seen before");
  }

  @Test
  void tellsThatAStateIsOutOfDateWhereThatIsAccepted() throws Exception {
    archive.fields = archive.fields.replace("Sat, 10 Jan", "Sun, 04 Jan");
    archive.on(server, ".gz");

    assertThatThrownBy(() -> refresh(spec(Freshness.CHECKED, server)))
        .hasMessageContaining("it was valid until 2026-01-04T07:55:41Z");
    assertThat(refresh(spec(Freshness.UNCHECKED, server)).packages().size()).isEqualTo(2);
    assertThat(notes)
        .singleElement()
        .asString()
        .contains("InRelease: it was valid until 2026-01-04T07:55:41Z (now: 2026-01-05")
        .endsWith("used, because Check-Valid-Until is off for it");
  }

  @Test
  void tellsThatNoArchiveHasAnOptionalRepository() throws Exception {
    RepositorySpec spec = spec(Freshness.CHECKED, server);
    RepositorySpec optional =
        new RepositorySpec(
            "trixie-security",
            spec.archives(),
            "trixie-security",
            List.of("main"),
            "amd64",
            spec.trust(),
            Freshness.CHECKED,
            Presence.OPTIONAL);

    assertThat(client().refresh(List.of(optional), this::note)).isEmpty();
    assertThat(notes)
        .containsExactly(
            "trixie-security: no archive has it, so nothing of it is used (asked: "
                + server.address("/debian/dists/trixie-security/")
                + ")");
  }

  private void goBack() {
    archive.fields = archive.fields.replace("Date: Sat, 03 Jan", "Date: Fri, 02 Jan");
    archive.packages = archive.packages.replace("hello", "older");
  }

  private void note(DownloadEvent event) {
    if (event instanceof DownloadEvent.Noted(String line)) {
      notes.add(line);
    }
  }

  private RepositorySnapshot refresh(RepositorySpec spec) throws IOException, InterruptedException {
    return client().refresh(List.of(spec), this::note).getFirst();
  }

  private RepositoryClient client() {
    return new RepositoryClient(downloader, store, NOW);
  }

  private RepositorySpec spec(Freshness freshness, FaultyServer... servers) {
    List<URI> archives = new ArrayList<>();
    for (FaultyServer one : servers) {
      archives.add(one.address("/debian"));
    }
    return new RepositorySpec(
        "trixie",
        archives,
        "trixie",
        List.of("main"),
        "amd64",
        new Trust.SignedBy(archive.key.keyring()),
        freshness,
        Presence.REQUIRED);
  }
}
