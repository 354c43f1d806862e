package io.microvisor.packages.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.microvisor.bytes.Digest;
import io.microvisor.bytes.files.FullDiskException;
import io.microvisor.store.Store;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DownloaderTest {
  private static final byte[] CONTENT = bytes(300_000, 1);
  private static final Limits LIMITS =
      new Limits(
          2,
          3,
          Duration.ofSeconds(1),
          Duration.ofSeconds(40),
          Duration.ofSeconds(10),
          Duration.ofSeconds(60),
          512);
  private static final Network NETWORK =
      Network.DIRECT
          .withCredentials(
              List.of(
                  new Network.Credentials("http", "127.0.0.1", "", "/private", "joe", "secret")))
          .withLimits(LIMITS);

  private final FaultyServer server = new FaultyServer();
  private final List<Duration> pauses = Collections.synchronizedList(new ArrayList<>());
  private final List<DownloadEvent> events = Collections.synchronizedList(new ArrayList<>());
  private Store store;
  private Downloader downloader;

  @TempDir Path directory;

  @BeforeEach
  void open() throws IOException {
    store = Store.open(directory.resolve("store"));
    downloader = new Downloader(NETWORK, store, pauses::add);
  }

  @AfterEach
  void close() throws IOException {
    downloader.close();
    server.close();
    store.close();
  }

  @Test
  void bringsManyFilesInTheOrderTheyWereAskedFor() throws Exception {
    List<Download> wanted = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      byte[] content = bytes(1000 * i + 1, i);
      server.on("/" + i, FaultyServer.content(content));
      wanted.add(download("file " + i, content, server.address("/" + i)));
    }
    List<Path> paths = downloader.fetch(wanted, events::add);

    for (int i = 0; i < 20; i++) {
      assertThat(Files.readAllBytes(paths.get(i))).isEqualTo(bytes(1000 * i + 1, i));
    }
    assertThat(events).filteredOn(DownloadEvent.Finished.class::isInstance).hasSize(20);
  }

  @Test
  void doesNotAskForWhatIsThere() throws Exception {
    server.on("/a", FaultyServer.content(CONTENT));
    fetch(server.address("/a"));
    fetch(server.address("/a"));

    assertThat(server.requests()).containsExactly("GET /a");
    assertThat(events.getLast()).isInstanceOf(DownloadEvent.Reused.class);
  }

  @Test
  void refusesWhatThereIsNoRoomForBeforeItAsksForAnything() throws Exception {
    server.on("/small", FaultyServer.content(CONTENT));
    Download small = download("small", CONTENT, server.address("/small"));
    Download large =
        new Download(
            "large", List.of(server.address("/large")), Long.MAX_VALUE / 2, Digest.sha256("large"));

    assertThatThrownBy(() -> downloader.fetch(List.of(small, large), events::add))
        .isInstanceOf(FullDiskException.class)
        .hasMessageStartingWith(directory.resolve("store").toString())
        .hasMessageContaining(" free on its disk (expected: at least 4")
        .hasMessageEndingWith(", for what is still to be downloaded)");
    assertThat(server.requests()).isEmpty();
    assertThat(downloader.fetch(List.of(small), events::add)).hasSize(1);
  }

  @Test
  void needsNoRoomForWhatIsThereNorForABeginning() throws Exception {
    long sizeOfDisk = Files.getFileStore(directory).getTotalSpace();
    Digest whole = Digest.sha256(CONTENT);
    Digest begun = Digest.sha256("begun");
    server.on("/a", FaultyServer.content(CONTENT));
    fetch(server.address("/a"));
    Path partial = Files.createDirectories(directory.resolve("store/v1/partial"));
    try (RandomAccessFile hole =
        new RandomAccessFile(partial.resolve(begun.hex()).toString(), "rw")) {
      hole.setLength(sizeOfDisk + 1);
    }

    store.files().checkRoom(Map.of(whole, sizeOfDisk + 1, begun, sizeOfDisk + 2));
    assertThatThrownBy(() -> store.files().checkRoom(Map.of(begun, 2 * sizeOfDisk + 2)))
        .isInstanceOf(FullDiskException.class);
  }

  @Test
  void continuesAfterABreakWhereItStopped() throws Exception {
    server.on("/a", FaultyServer.cut(CONTENT, 100_000), FaultyServer.content(CONTENT));

    assertThat(Files.readAllBytes(fetch(server.address("/a")))).isEqualTo(CONTENT);
    assertThat(server.requests()).hasSize(2);
    assertThat(server.requests().getLast()).startsWith("GET /a from ");
    assertThat(pauses).containsExactly(Duration.ofSeconds(1));
  }

  @Test
  void continuesInALaterRunAndAtAnotherServer() throws Exception {
    server.on("/a", FaultyServer.cut(CONTENT, 100_000), FaultyServer.status(404));
    server.on("/b", FaultyServer.content(CONTENT));
    assertThatThrownBy(() -> fetch(server.address("/a"))).isInstanceOf(DownloadException.class);

    assertThat(Files.readAllBytes(fetch(server.address("/b")))).isEqualTo(CONTENT);
    assertThat(server.requests().getLast()).startsWith("GET /b from ");
  }

  @Test
  void startsAnewWhereTheServerKnowsNoRanges() throws Exception {
    server.on("/a", FaultyServer.cut(CONTENT, 100_000), FaultyServer.whole(CONTENT));

    assertThat(Files.readAllBytes(fetch(server.address("/a")))).isEqualTo(CONTENT);
  }

  @Test
  void startsAnewWhereTheBeginningWasOfAnotherFile() throws Exception {
    server.on(
        "/a", FaultyServer.cut(bytes(CONTENT.length, 7), 100_000), FaultyServer.content(CONTENT));

    assertThat(Files.readAllBytes(fetch(server.address("/a")))).isEqualTo(CONTENT);
    assertThat(server.requests()).hasSize(3);
    assertThat(server.requests().getLast()).isEqualTo("GET /a");
  }

  @Test
  void triesAgainAfterAServersOwnErrorAndWaitsLongerEachTime() throws Exception {
    server.on(
        "/a", FaultyServer.status(500), FaultyServer.status(503), FaultyServer.content(CONTENT));

    assertThat(Files.readAllBytes(fetch(server.address("/a")))).isEqualTo(CONTENT);
    assertThat(pauses).containsExactly(Duration.ofSeconds(1), Duration.ofSeconds(2));
  }

  @Test
  void followsRedirectsToOtherWebAddresses() throws Exception {
    server.on("/a", FaultyServer.redirect("/b/../c")).on("/c", FaultyServer.content(CONTENT));

    assertThat(Files.readAllBytes(fetch(server.address("/a")))).isEqualTo(CONTENT);
  }

  @Test
  void neverFollowsARedirectToAFile() throws Exception {
    Path secret = Files.write(directory.resolve("secret"), CONTENT);
    server.on("/a", FaultyServer.redirect(secret.toUri().toString()));

    assertThatThrownBy(() -> fetch(server.address("/a")))
        .hasMessageContaining("redirects to \"file:///")
        .hasMessageContaining("(expected: an http address)");
    assertThat(server.requests()).hasSize(1);
  }

  @Test
  void givesUpRedirectsThatGoInCircles() {
    server.on("/a", FaultyServer.redirect("/a"));

    assertThatThrownBy(() -> fetch(server.address("/a"))).hasMessageContaining("8 redirects");
  }

  @Test
  void refusesWrongBytesAndKeepsNothingOfThem() throws Exception {
    byte[] wrong = bytes(CONTENT.length, 2);
    server.on("/a", FaultyServer.content(wrong));

    assertThatThrownBy(() -> fetch(server.address("/a")))
        .hasMessageContaining("thing 1.0: " + server.address("/a") + ": its digest is sha256:")
        .hasMessageContaining(Digest.sha256(wrong).hex())
        .hasMessageContaining("(expected: sha256:" + Digest.sha256(CONTENT).hex() + ")");
    assertNothingKept();
  }

  @Test
  void refusesAnEndlessBodyAfterTheSizeItMustHave() throws Exception {
    server.on("/a", FaultyServer.endless());

    assertThatThrownBy(() -> fetch(server.address("/a")))
        .hasMessageContaining("the server sends more than the file's 300000 bytes");
    assertNothingKept();
  }

  @Test
  void refusesAFileOfAnotherSizeBeforeReadingIt() {
    server.on("/a", FaultyServer.content(bytes(10, 3)));

    assertThatThrownBy(() -> fetch(server.address("/a")))
        .hasMessageContaining("the file has 10 bytes there (expected: 300000)");
  }

  @Test
  void givesUpAServerThatStalls() {
    server.on("/a", server.stall(CONTENT, 1000));
    Network impatient =
        Network.DIRECT.withLimits(
            new Limits(
                1,
                1,
                Duration.ZERO,
                Duration.ZERO,
                Duration.ofSeconds(10),
                Duration.ofMillis(400),
                512));
    var wanted = List.of(download("thing 1.0", CONTENT, server.address("/a")));

    assertThatThrownBy(
            () -> {
              try (Downloader other = new Downloader(impatient, store, pauses::add)) {
                other.fetch(wanted, events::add);
              }
            })
        .hasMessageContaining("nothing came for 0.4 s");
  }

  @Test
  void triesTheNextAddressWhereOneLacksTheFile() throws Exception {
    server.on("/b", FaultyServer.content(CONTENT));

    Path path = fetch(server.address("/a"), server.address("/b"));
    assertThat(Files.readAllBytes(path)).isEqualTo(CONTENT);
    assertThat(pauses).isEmpty();
  }

  @Test
  void reportsEveryFileThatFailedWithEveryAddressAndReason() {
    server.on("/c", FaultyServer.content(CONTENT));
    List<Download> wanted =
        List.of(
            download("one 1.0", bytes(10, 1), server.address("/a"), server.address("/b")),
            download("two 2.0", CONTENT, server.address("/c")),
            download("three 3.0", bytes(20, 1), URI.create("ftp://example.org/x")));

    DownloadException e =
        catchThrowableOfType(DownloadException.class, () -> downloader.fetch(wanted, events::add));
    assertThat(e)
        .hasMessage(
            """
            2 of 3 files could not be had:
              one 1.0: %s: the server answers 404, not found
                %s: the server answers 404, not found
              three 3.0: ftp://example.org/x: scheme ftp (expected: http, https or file)\
            """
                .formatted(server.address("/a"), server.address("/b")));
    assertThat(store.files().path(Digest.sha256(CONTENT))).isPresent();
  }

  @Test
  void copiesLocalFilesAndChecksThemAlike() throws Exception {
    Path good = Files.write(directory.resolve("good"), CONTENT);
    Path bad = Files.write(directory.resolve("bad"), bytes(10, 1));

    assertThatThrownBy(() -> fetch(bad.toUri())).hasMessageContaining("cut off after 10 of 300000");
    assertThatThrownBy(() -> fetch(directory.resolve("none").toUri()))
        .hasMessageContaining("no such file");
    assertThat(Files.readAllBytes(fetch(good.toUri()))).isEqualTo(CONTENT);
  }

  @Test
  void logsInWhereItHasALoginAndNowhereElse() throws Exception {
    List<String> logins = Collections.synchronizedList(new ArrayList<>());
    FaultyServer.Answer answer =
        exchange -> {
          logins.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
          FaultyServer.content(CONTENT).to(exchange);
        };
    server.on("/private/a", FaultyServer.redirect("/public")).on("/public", answer);
    fetch(server.address("/private/a"));
    server.on("/private/b", answer);
    downloader.small("b", server.address("/private/b"), 1 << 20, Validators.NONE);

    assertThat(logins).containsExactly("null", "Basic am9lOnNlY3JldA==");
  }

  @Test
  void tellsWhetherASmallFileChanged() throws Exception {
    server.on("/s", FaultyServer.content(new byte[] {1, 2, 3}));
    URI address = server.address("/s");
    Small first = downloader.small("s", address, 100, Validators.NONE);

    assertThat(first)
        .isInstanceOfSatisfying(
            Small.Fresh.class, fresh -> assertThat(fresh.content()).containsExactly(1, 2, 3));
    Validators known = ((Small.Fresh) first).validators();
    assertThat(downloader.small("s", address, 100, known)).isEqualTo(new Small.Unchanged());
    assertThat(downloader.small("s", server.address("/none"), 100, known))
        .isInstanceOf(Small.Absent.class);
    server.on("/s", FaultyServer.endless());
    assertThatThrownBy(() -> downloader.small("s", address, 100, known))
        .hasMessageContaining("it is longer than 100 bytes");
  }

  private Path fetch(URI... addresses) throws IOException, InterruptedException {
    return downloader
        .fetch(List.of(download("thing 1.0", CONTENT, addresses)), events::add)
        .getFirst();
  }

  private static Download download(String subject, byte[] content, URI... addresses) {
    return new Download(subject, List.of(addresses), content.length, Digest.sha256(content));
  }

  private void assertNothingKept() throws IOException {
    try (var all = Files.walk(directory)) {
      assertThat(all.filter(path -> path.endsWith(Digest.sha256(CONTENT).hex()))).isEmpty();
    }
  }

  private static byte[] bytes(int size, long seed) {
    byte[] bytes = new byte[size];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }
}
