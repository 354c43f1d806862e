package io.microvisor.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.Digest;
import io.microvisor.packages.fetch.Downloader;
import io.microvisor.packages.fetch.HttpCache;
import io.microvisor.packages.fetch.Limits;
import io.microvisor.packages.fetch.Network;
import io.microvisor.packages.fetch.Small;
import io.microvisor.packages.fetch.Validators;
import io.microvisor.packages.repository.AptSources;
import io.microvisor.sandbox.SandboxSupport;
import io.microvisor.sandbox.ToolRun;
import io.microvisor.store.Store;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A cache on nginx with its WebDAV module, which wants a client certificate from everyone and a login from those who
/// write; both are configured as for apt.
class RemoteCacheTest {
  private static final String CERTIFICATES =
      """
      openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -subj /CN=authority -days 2 2>/dev/null
      for name in server client; do
        openssl req -newkey rsa:2048 -nodes -keyout $name.key -out $name.csr -subj /CN=$name 2>/dev/null
        printf 'subjectAltName=IP:127.0.0.1' >names
        openssl x509 -req -in $name.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile names -out $name.pem 2>/dev/null
      done
      printf 'ann:{PLAIN}s3cret\\n' >logins
      mkdir www temporary
      """;

  @SuppressWarnings("InlineFormatString") // As long as a file, since it is one.
  private static final String NGINX =
      """
      user root;
      daemon off;
      master_process off;
      pid /tmp/nginx.pid;
      error_log /run/work/error.log;
      events {}
      http {
        access_log /run/work/access.log;
        client_body_temp_path /run/work/temporary; proxy_temp_path /tmp/b; fastcgi_temp_path /tmp/c;
        uwsgi_temp_path /tmp/d; scgi_temp_path /tmp/e;
        server {
          listen 127.0.0.1:%d ssl;
          ssl_certificate /run/work/server.pem;
          ssl_certificate_key /run/work/server.key;
          ssl_client_certificate /run/work/ca.pem;
          ssl_verify_client on;
          root /run/work/www;
          client_max_body_size 0;
          location /emt/ {
            dav_methods PUT;
            create_full_put_path on;
            limit_except GET HEAD { auth_basic "ours"; auth_basic_user_file /run/work/logins; }
          }
        }
      }
      """;

  private static final String CANARY = "a-canary-in-a-file-of-the-template";
  private static final String HASH = "$6$canary$" + "x".repeat(86);
  private static final String SECRET =
      """
      extends: minimal
      image: {name: secret, version: "1"}
      systemConfig:
        users:
          - {name: ann, password: "%s"}
        additionalFiles:
          - {final: /etc/secret.conf, mode: "0600", content: "%s"}
          - {final: /usr/lib/secret.conf, mode: "0600", content: "%s"}
      """
          .formatted(HASH, CANARY, CANARY);

  @TempDir static Path folder;

  private static URI address = URI.create("https://127.0.0.1/");
  private static ToolRun server;

  @BeforeAll
  static void start() throws IOException, InterruptedException {
    Oracles oracles = Oracles.open();
    oracles.succeed(folder, CERTIFICATES);
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      address = URI.create("https://127.0.0.1:" + free.getLocalPort() + "/emt/");
    }
    Files.writeString(folder.resolve("nginx.conf"), NGINX.formatted(address.getPort()));
    apt("reader", "");
    apt("writer", "machine 127.0.0.1/emt login ann password s3cret\n");
    server = oracles.start(folder, "nginx", "-c", "/run/work/nginx.conf");
    await();
  }

  /// The server may take a while to start.
  private static void await() throws IOException, InterruptedException {
    Limits patient =
        new Limits(
            1,
            200,
            Duration.ofMillis(100),
            Duration.ofMillis(100),
            Duration.ofSeconds(20),
            Duration.ofSeconds(20),
            1);
    Network network = AptSources.of(folder.resolve("reader")).network().withLimits(patient);
    try (Store store = Store.open(folder.resolve("waiting"));
        Downloader downloader = new Downloader(network, store, Thread::sleep)) {
      Small answer = downloader.small("nothing", address.resolve("no"), 1000, Validators.NONE);
      assertThat(answer).isInstanceOf(Small.Absent.class);
    }
  }

  private static void apt(String name, String logins) throws IOException {
    Path apt = Files.createDirectory(folder.resolve(name));
    Files.writeString(
        apt.resolve("apt.conf"),
        "Acquire::https { CaInfo \"%s\"; SslCert \"%s\"; SslKey \"%s\"; };\n"
            .formatted(
                folder.resolve("ca.pem"),
                folder.resolve("client.pem"),
                folder.resolve("client.key")));
    Files.writeString(apt.resolve("auth.conf"), logins);
  }

  @AfterAll
  static void stop() {
    if (server != null) {
      server.close();
    }
  }

  private static HttpCache cache(String user) throws IOException {
    Network network = AptSources.of(folder.resolve(user)).network();
    return new HttpCache(address, network.withLimits(HttpCache.FOR_ASKING));
  }

  @Test
  void keepsAndGivesBackEntriesAndContents() throws Exception {
    byte[] content = new byte[5_000_000];
    new Random(1).nextBytes(content);
    Digest digest = Digest.sha256(content);
    Digest key = Digest.sha256("a key");
    try (HttpCache cache = cache("writer")) {
      assertThat(cache.hasContent(digest)).isFalse();
      assertThat(cache.action(key, 100)).isEmpty();

      cache.putContent(digest, ByteSource.of(content));
      cache.putAction(key, new byte[] {1, 2, 3});
      cache.putAction(key, new byte[] {4, 5});
    }
    try (HttpCache cache = cache("reader");
        ByteArrayOutputStream bytes = new ByteArrayOutputStream()) {
      assertThat(cache.hasContent(digest)).isTrue();
      assertThat(cache.content(digest, content.length, Channels.newChannel(bytes)::write)).isTrue();
      assertThat(bytes.toByteArray()).isEqualTo(content);
      assertThat(cache.action(key, 100)).hasValue(new byte[] {4, 5});
    }
    assertThat(folder.resolve("www/emt/cas").resolve(digest.hex())).hasBinaryContent(content);
  }

  @Test
  void whoHasNoLoginCannotWrite() throws Exception {
    try (HttpCache cache = cache("reader")) {
      assertThatThrownBy(() -> cache.putAction(Digest.sha256("a key of a stranger"), new byte[1]))
          .hasMessage("the server answers 401, it wants a login");
    }
  }

  @Test
  @Tag("system")
  void aSecondMachineFetchesWhatIsPublicAndHasTheSameBytes(@TempDir Path machines)
      throws Exception {
    if (SandboxSupport.probe() instanceof SandboxSupport.Impossible impossible) {
      throw Absent.oracle("no sandbox: " + impossible.explanation());
    }
    Path one = Files.createDirectory(machines.resolve("one"));
    Path two = Files.createDirectory(machines.resolve("two"));
    Downloads downloads = Downloads.of("minimal", one);
    for (Path machine : List.of(one, two)) {
      Files.writeString(machine.resolve("secret.yaml"), SECRET);
      Files.copy(downloads.file(), machine.resolve("secret.lock"));
      downloads.fill(machine.resolve("cache"));
    }
    Emt.Ending key = emt(one, "writer").run("cache", "key", "--new", "cache.key");
    assertThat(key.exit()).as(key.said()).isZero();
    String[] asWriter = {
      "--remote-cache-mode", "read-write", "--remote-cache-signing-key", "cache.key"
    };
    String[] asReader = {"--remote-cache-key", key.said().strip()};

    Emt.Ending first = build(one, "writer", asWriter);
    assertThat(first.exit()).as(first.said()).isZero();
    assertThat(first.said()).contains("results to the remote cache").doesNotContain("emt: remote");
    nothingSecretWentThere(one);
    Emt.Ending second = build(two, "reader", asReader);

    assertThat(second.exit()).as(second.said()).isZero();
    for (String step : List.of("configure", "modules", "base")) {
      assertThat(second.said())
          .containsPattern("  " + step + " +([0-9.]+ s +)?from the remote cache");
      assertThat(manifest(one)).contains("\"%s\" : \"local\"".formatted(step));
      assertThat(manifest(two)).contains("\"%s\" : \"%s\"".formatted(step, asReader[1]));
    }
    assertThat(manifest(two)).contains("\"root\" : \"local\"", "\"kernel image\" : \"local\"");
    SortedMap<String, Digest> made = artifacts(one);
    assertThat(artifacts(two)).isEqualTo(made).containsKey("secret-1.raw");

    // What came from there is gone for a build that does not ask there, and the manifest says so.
    Emt.Ending alone = build(two, "reader", "--plan", "--remote-cache", "none");
    assertThat(alone.said()).containsPattern("configure +runs");
  }

  /// Neither the template's secrets nor the key are in anything that was uploaded.
  private static void nothingSecretWentThere(Path machine) throws IOException {
    String pem = Files.readString(machine.resolve("cache.key"));
    List<String> secrets = List.of(CANARY, HASH, pem.lines().toList().get(1));
    try (Stream<Path> files = Files.walk(folder.resolve("www/emt"))) {
      List<Path> uploaded = files.filter(Files::isRegularFile).toList();
      assertThat(uploaded).hasSizeGreaterThan(5);
      for (Path file : uploaded) {
        String text = Files.readString(file, StandardCharsets.ISO_8859_1);
        assertThat(secrets).as(file.toString()).noneMatch(text::contains);
      }
    }
    try (Stream<Path> files = Files.walk(machine.resolve("out"))) {
      for (Path file : files.filter(each -> each.toString().endsWith(".json")).toList()) {
        assertThat(Files.readString(file)).doesNotContain(secrets);
      }
    }
  }

  private static String manifest(Path machine) throws IOException {
    try (Stream<Path> files = Files.list(machine.resolve("out"))) {
      Path file =
          files.filter(each -> each.toString().endsWith("manifest.json")).findFirst().orElseThrow();
      return Files.readString(file);
    }
  }

  private static Emt emt(Path machine, String user) {
    return new Emt(
        machine,
        Map.of(
            "HOME", machine.toString(),
            "EMT_CACHE", machine.resolve("cache").toString(),
            "EMT_APT", folder.resolve(user).toString()),
        List.of(),
        "022");
  }

  private static Emt.Ending build(Path machine, String user, String... more)
      throws IOException, InterruptedException {
    List<String> arguments = new ArrayList<>(List.of(more));
    if (!arguments.contains("--remote-cache")) {
      arguments.addAll(List.of("--remote-cache", address.toString()));
    }
    arguments.addAll(0, List.of("build", "secret.yaml", "--frozen", "--mirror", Downloads.NOWHERE));
    if (!arguments.contains("--plan")) {
      arguments.addAll(List.of("-o", "out"));
    }
    return emt(machine, user).run(arguments.toArray(String[]::new));
  }

  @Test
  void opensslKnowsTheKeysAndWeKnowIts(@TempDir Path keys) throws Exception {
    Oracles oracles = Oracles.open();
    Emt.Ending ours = emt(keys, "reader").run("cache", "key", "--new", "ours.key");
    assertThat(ours.exit()).as(ours.said()).isZero();
    oracles.succeed(
        keys,
        """
        openssl pkey -in ours.key -pubout -out derived.pem
        openssl pkey -pubin -in derived.pem -outform DER | tail -c 32 | base64 >ours.public
        sed -n '/BEGIN PUBLIC/,$p' ours.key | cmp - derived.pem
        umask 077
        openssl genpkey -algorithm ed25519 -out theirs.key
        openssl pkey -in theirs.key -pubout >>theirs.key
        openssl pkey -in theirs.key -pubout -outform DER | tail -c 32 | base64 >theirs.public
        """);

    assertThat(ours.said().strip())
        .isEqualTo("ed25519:" + Files.readString(keys.resolve("ours.public")).strip());
    Emt.Ending theirs = emt(keys, "reader").run("cache", "key", "theirs.key");
    assertThat(theirs.said().strip())
        .isEqualTo("ed25519:" + Files.readString(keys.resolve("theirs.public")).strip());
  }

  private static SortedMap<String, Digest> artifacts(Path machine) throws IOException {
    SortedMap<String, Digest> digests = new TreeMap<>();
    try (Stream<Path> files = Files.list(machine.resolve("out"))) {
      for (Path file : files.toList()) {
        String name = String.valueOf(file.getFileName());
        if (!name.endsWith("manifest.json")
            && !name.endsWith("SHA256SUMS")) { // They name the origins of results.
          digests.put(name, Digest.sha256(ByteSource.of(file)));
        }
      }
    }
    return digests;
  }
}
