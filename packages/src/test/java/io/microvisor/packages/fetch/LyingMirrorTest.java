package io.microvisor.packages.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.microvisor.bytes.Digest;
import io.microvisor.packages.fetch.RawServer.Answer;
import io.microvisor.store.Store;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Servers that do what no server should. Each fault is named in the error where there is no other mirror, and survived
/// where there is one.
final class LyingMirrorTest {
  private static final byte[] CONTENT = bytes();
  private static final int HALF = CONTENT.length / 2;
  private static final String OK = "HTTP/1.1 200 OK\r\n";
  private static final String LENGTH = "Content-Length: " + CONTENT.length + "\r\n";
  // How long a server may be silent: so long that a busy machine is not taken for a bad server, but
  // where that is to be
  // seen.
  private static final Duration LONG = Duration.ofMinutes(1);
  private static final Duration SHORT = Duration.ofMillis(400);

  private final List<Duration> pauses = Collections.synchronizedList(new ArrayList<>());
  private final List<DownloadEvent> events = Collections.synchronizedList(new ArrayList<>());
  private Store store;
  private Downloader downloader;

  @TempDir Path directory;

  @BeforeEach
  void open() throws IOException {
    store = Store.open(directory.resolve("store"));
    downloader = downloader(LONG);
  }

  /// Shortens the patience where a fault is slowness.
  private void hurry(Fault fault) {
    if (fault.words.contains("0.4 s")) {
      downloader.close();
      downloader = downloader(SHORT);
    }
  }

  private Downloader downloader(Duration stall) {
    Limits limits =
        new Limits(
            2,
            2,
            Duration.ofSeconds(1),
            Duration.ofSeconds(40),
            Duration.ofSeconds(10),
            stall,
            512);
    return new Downloader(Network.DIRECT.withLimits(limits), store, pauses::add);
  }

  @AfterEach
  void close() throws IOException {
    downloader.close();
    store.close();
  }

  /// What a server does to every request, and how the error says it.
  enum Fault {
    ENDLESS_HEADER("no proper HTTP: Header size too big"),
    TRICKLED_HEADER("no answer within 0.4 s"),
    SILENCE("no answer within 0.4 s"),
    TRICKLED_BODY("bytes came in 0.4 s (expected: at least 512 bytes a second)"),
    STALLED_BODY("nothing came for 0.4 s, after "),
    HANGS_UP("header parser received no bytes"),
    NO_HTTP("no proper HTTP: Invalid status line"),
    TRUNCATED("after 150000 of 300000 bytes"),
    TRUNCATED_WITHOUT_LENGTH("cut off after 150000 of 300000 bytes"),
    ENDLESS_BODY("the server sends more than the file's 300000 bytes"),
    ENDLESS_CHUNKS("the server sends more than the file's 300000 bytes"),
    BROKEN_CHUNKS("chunk"),
    OTHER_LENGTH("the file has 299999 bytes there (expected: 300000)"),
    OTHER_BYTES("wrong or altered file"),
    COMPRESSED("the server encodes it as gzip, which nobody asked for"),
    PART_UNASKED("the server does not continue where we stopped, at byte 0"),
    NOTHING_TO_SATISFY("the server does not continue where we stopped, at byte 0"),
    TO_A_FILE("redirects to \"file:///etc/passwd\" (expected: an http address)"),
    TO_THE_PRIVATE("redirects to \"jar:file:/x.jar!/x\" (expected: an http address)"),
    TO_NOWHERE("redirects to \"\" (expected: an http address)"),
    TO_NO_ADDRESS("redirects to \"http://[\", which is no address"),
    IN_A_CIRCLE("more than 8 redirects"),
    WANTS_LOGIN("the server answers 401, it wants a login"),
    LATER("the server answers 503, an error of its own; to be asked again after 3600 s");

    private final String words;

    Fault(String words) {
      this.words = words;
    }
  }

  private static Answer answer(Fault fault, RawServer server) {
    return switch (fault) {
      case ENDLESS_HEADER ->
          (_, out) -> {
            out.write(OK.getBytes(StandardCharsets.ISO_8859_1));
            byte[] more =
                "X-More: 0123456789\r\n".repeat(100).getBytes(StandardCharsets.ISO_8859_1);
            while (true) {
              out.write(more);
            }
          };
      case TRICKLED_HEADER -> server.trickle(OK + "X-More: ");
      case SILENCE -> server.silence("");
      case TRICKLED_BODY -> server.trickle(OK + LENGTH + "\r\n");
      case STALLED_BODY -> server.silence(OK + LENGTH + "\r\nxxx");
      case HANGS_UP -> (_, _) -> false;
      case NO_HTTP -> RawServer.last("SSH-2.0-OpenSSH_9.9\r\n", new byte[0]);
      case TRUNCATED -> RawServer.last(OK + LENGTH, Arrays.copyOf(CONTENT, HALF));
      case TRUNCATED_WITHOUT_LENGTH ->
          RawServer.last("HTTP/1.0 200 OK\r\n", Arrays.copyOf(CONTENT, HALF));
      case ENDLESS_BODY -> endless(OK, new byte[1 << 15]);
      case ENDLESS_CHUNKS ->
          endless(
              OK + "Transfer-Encoding: chunked\r\n",
              ("1000\r\n" + "x".repeat(0x1000) + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
      case BROKEN_CHUNKS ->
          RawServer.last(
              OK + "Transfer-Encoding: chunked\r\n",
              "pony\r\n".getBytes(StandardCharsets.ISO_8859_1));
      case OTHER_LENGTH -> RawServer.content(Arrays.copyOf(CONTENT, CONTENT.length - 1));
      case OTHER_BYTES -> RawServer.content(new byte[CONTENT.length]);
      case COMPRESSED ->
          RawServer.last("HTTP/1.0 200 OK\r\nContent-Encoding: gzip\r\n", gzip(CONTENT));
      case PART_UNASKED -> part("bytes 100-299999/300000", Arrays.copyOf(CONTENT, 299_900));
      case NOTHING_TO_SATISFY ->
          RawServer.last("HTTP/1.1 416 No\r\nContent-Length: 0\r\n", new byte[0]);
      case TO_A_FILE -> redirect("file:///etc/passwd");
      case TO_THE_PRIVATE -> redirect("jar:file:/x.jar!/x");
      case TO_NOWHERE -> RawServer.last("HTTP/1.1 302 No\r\nContent-Length: 0\r\n", new byte[0]);
      case TO_NO_ADDRESS -> redirect("http://[");
      case IN_A_CIRCLE -> redirect("/file");
      case WANTS_LOGIN ->
          RawServer.last(
              "HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n",
              new byte[0]);
      case LATER ->
          RawServer.last(
              "HTTP/1.1 503 No\r\nRetry-After: 3600\r\nContent-Length: 0\r\n", new byte[0]);
    };
  }

  @ParameterizedTest
  @EnumSource
  void namesWhatAMirrorDoesWrongAndKeepsNothingOfIt(Fault fault) throws Exception {
    hurry(fault);
    try (RawServer bad = new RawServer()) {
      bad.answers(answer(fault, bad));

      assertThatThrownBy(() -> fetch(bad.address()))
          .isInstanceOf(DownloadException.class)
          .hasMessageStartingWith("thing 1.0: " + bad.address() + ": ")
          .hasMessageContaining(fault.words);
      assertThat(store.files().path(Digest.sha256(CONTENT))).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource
  void survivesWhatAMirrorDoesWrongWhereThereIsAnother(Fault fault) throws Exception {
    hurry(fault);
    try (RawServer bad = new RawServer();
        FaultyServer good = new FaultyServer()) {
      bad.answers(answer(fault, bad));
      good.on("/file", FaultyServer.content(CONTENT));

      assertThat(Files.readAllBytes(fetch(bad.address(), good.address("/file"))))
          .isEqualTo(CONTENT);
    }
  }

  @Test
  void startsAnewAtOnceWhereTheRestIsOfAnotherPlaceOrCannotBeHad() throws Exception {
    List<Answer> wrong =
        List.of(
            part("bytes 7-299999/300000", new byte[299_993]),
            part("lines 1-2/3", new byte[10]),
            part("bytes 150000-299999/*", new byte[CONTENT.length]),
            RawServer.last("HTTP/1.1 206 Part\r\nContent-Length: 3\r\n", new byte[3]),
            RawServer.last("HTTP/1.1 416 No\r\nContent-Length: 0\r\n", new byte[0]));
    for (Answer answer : wrong) {
      store.files().remove(Digest.sha256(CONTENT));
      pauses.clear();
      try (RawServer server =
          new RawServer(
              RawServer.last(OK + LENGTH, Arrays.copyOf(CONTENT, HALF)),
              answer,
              RawServer.content(CONTENT))) {
        assertThat(Files.readAllBytes(fetch(server.address()))).isEqualTo(CONTENT);
        assertThat(pauses).as("only for the break").containsExactly(Duration.ofSeconds(1));
        assertThat(server.requests().get(1)).contains("Range: bytes=150000-");
      }
    }
  }

  @Test
  void takesTheRestInAsManyPartsAsTheServerLikes() throws Exception {
    try (RawServer server =
        new RawServer(
            RawServer.last(OK + LENGTH, Arrays.copyOf(CONTENT, HALF)),
            part(
                "bytes 150000-299998/300000",
                Arrays.copyOfRange(CONTENT, HALF, CONTENT.length - 1)))) {
      assertThatThrownBy(() -> fetch(server.address()))
          .hasMessageContaining("cut off after 299999 of 300000 bytes");
    }
    try (RawServer server =
        new RawServer(
            part(
                "bytes 299999-299999/300000",
                Arrays.copyOfRange(CONTENT, CONTENT.length - 1, CONTENT.length)))) {
      assertThat(Files.readAllBytes(fetch(server.address()))).isEqualTo(CONTENT);
    }
  }

  @Test
  void refusesTheRestOfAFileOfAnotherSize() throws Exception {
    try (RawServer server =
        new RawServer(
            RawServer.last(OK + LENGTH, Arrays.copyOf(CONTENT, HALF)),
            part("bytes 150000-299999/400000", Arrays.copyOf(CONTENT, HALF)))) {
      assertThatThrownBy(() -> fetch(server.address()))
          .hasMessageContaining("the file has 400000 bytes there (expected: 300000)");
    }
  }

  @Test
  void startsAnewElsewhereWhereTheFirstMirrorsBytesWereWrong() throws Exception {
    try (RawServer liar = new RawServer(RawServer.last(OK + LENGTH, new byte[HALF]));
        FaultyServer good = new FaultyServer()) {
      good.on("/file", FaultyServer.content(CONTENT));

      assertThat(Files.readAllBytes(fetch(liar.address(), good.address("/file"))))
          .isEqualTo(CONTENT);
      assertThat(good.requests()).containsExactly("GET /file from 150000", "GET /file");
    }
  }

  @Test
  void waitsAsLongAsTheServerAsks() throws Exception {
    String busy = "HTTP/1.1 429 Later\r\nContent-Length: 0\r\n";
    try (RawServer server =
        new RawServer(
            RawServer.last(busy + "Retry-After: 7\r\n", new byte[0]), RawServer.content(CONTENT))) {
      assertThat(Files.readAllBytes(fetch(server.address()))).isEqualTo(CONTENT);
    }
    store.files().remove(Digest.sha256(CONTENT));
    String dates =
        "Date: Fri, 02 Jan 2026 10:00:00 GMT\r\nRetry-After: Fri, 02 Jan 2026 10:00:09 GMT\r\n";
    try (RawServer server =
        new RawServer(RawServer.last(busy + dates, new byte[0]), RawServer.content(CONTENT))) {
      assertThat(Files.readAllBytes(fetch(server.address()))).isEqualTo(CONTENT);
    }
    assertThat(pauses).containsExactly(Duration.ofSeconds(7), Duration.ofSeconds(9));
  }

  @Test
  void opensAnotherConnectionWhereOneWasClosedWithoutAWord() throws Exception {
    byte[] small = {1, 2, 3};
    Answer closesLater =
        (_, out) -> {
          RawServer.write(out, OK + "Content-Length: 3\r\n", small);
          out.flush();
          return false;
        };
    try (RawServer server = new RawServer(closesLater)) {
      for (int i = 0; i < 5; i++) {
        Small answer = downloader.small("s", server.address(), 100, Validators.NONE);
        assertThat(((Small.Fresh) answer).content()).isEqualTo(small);
      }
    }
  }

  @Test
  void asksTheMirrorThatAnsweredFirstOnceAnotherHasFailed() throws Exception {
    try (RawServer dead = new RawServer((_, _) -> false);
        FaultyServer good = new FaultyServer()) {
      List<Download> wanted = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        byte[] content = {(byte) i, 1};
        good.on("/" + i, FaultyServer.content(content));
        wanted.add(
            new Download(
                "file " + i,
                List.of(dead.address(), good.address("/" + i)),
                2,
                Digest.sha256(content)));
      }
      downloader.fetch(List.of(wanted.getFirst()), events::add);
      int asked = dead.requests().size();
      downloader.fetch(wanted, events::add);

      assertThat(dead.requests()).as("no more of them").hasSize(asked);
    }
  }

  @Test
  void goesOnForAsLongAsItGetsSomewhere() throws Exception {
    byte[] large = new byte[8 << 20];
    new Random(5).nextBytes(large);
    Answer some =
        (head, out) -> {
          int from =
              head.contains("Range: ")
                  ? Integer.parseInt(head.replaceAll("(?s).*bytes=(\\d+)-.*", "$1"))
                  : 0;
          int to = Math.min(large.length, from + (3 << 19));
          String range =
              "Content-Range: bytes %d-%d/%d\r\n".formatted(from, large.length - 1, large.length);
          RawServer.write(
              out,
              (from > 0 ? "HTTP/1.1 206 Part\r\n" + range : OK)
                  + "Content-Length: "
                  + (large.length - from)
                  + "\r\n",
              Arrays.copyOfRange(large, from, to));
          return false;
        };
    try (RawServer server = new RawServer(some)) {
      Download wanted =
          new Download("large", List.of(server.address()), large.length, Digest.sha256(large));

      assertThat(downloader.fetch(List.of(wanted), events::add).getFirst()).hasBinaryContent(large);
      assertThat(server.requests()).hasSizeGreaterThan(4);
    }
  }

  private static Answer part(String range, byte[] body) {
    return RawServer.last(
        "HTTP/1.1 206 Part\r\nContent-Range: %s\r\nContent-Length: %d\r\n"
            .formatted(range, body.length),
        body);
  }

  private static Answer redirect(String to) {
    return RawServer.last(
        "HTTP/1.1 302 There\r\nLocation: " + to + "\r\nContent-Length: 0\r\n", new byte[0]);
  }

  private static Answer endless(String head, byte[] piece) {
    return (_, out) -> {
      RawServer.write(out, head, piece);
      while (true) {
        out.write(piece);
      }
    };
  }

  private static byte[] gzip(byte[] content) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
      out.write(content);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return bytes.toByteArray();
  }

  private Path fetch(URI... addresses) throws IOException, InterruptedException {
    Download wanted =
        new Download("thing 1.0", List.of(addresses), CONTENT.length, Digest.sha256(CONTENT));
    return downloader.fetch(List.of(wanted), events::add).getFirst();
  }

  private static byte[] bytes() {
    byte[] bytes = new byte[300_000];
    new Random(3).nextBytes(bytes);
    return bytes;
  }
}
