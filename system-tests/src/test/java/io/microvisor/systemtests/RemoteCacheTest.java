package io.microvisor.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;
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
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
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
  void aSecondMachineOnlyFetchesAndHasTheSameBytes(@TempDir Path machines) throws Exception {
    if (SandboxSupport.probe() instanceof SandboxSupport.Impossible impossible) {
      throw Absent.oracle("no sandbox: " + impossible.explanation());
    }
    Path one = Files.createDirectory(machines.resolve("one"));
    Path two = Files.createDirectory(machines.resolve("two"));
    Downloads downloads = Downloads.of("minimal", one);
    Files.copy(downloads.file(), two.resolve("minimal.lock"));
    downloads.fill(one.resolve("cache"));

    Emt.Ending first = build(one, "writer", "--remote-cache-mode", "read-write");
    assertThat(first.exit()).as(first.said()).isZero();
    assertThat(first.said()).contains("results to the remote cache").doesNotContain("emt: remote");
    // It has no downloads, either, and no way to get them.
    Emt.Ending plan = build(two, "reader", "--plan");
    Emt.Ending second = build(two, "reader");

    assertThat(plan.said()).contains("configure         in the remote cache");
    assertThat(plan.said()).contains("kernel image      in the remote cache");
    assertThat(plan.said()).doesNotContain("runs");
    assertThat(second.exit()).as(second.said()).isZero();
    assertThat(
            second.said().lines().filter(line -> line.startsWith("  ") && !line.contains("cached")))
        .as("all steps but the last, which puts the artifacts into this machine's folder")
        .hasSizeGreaterThan(1)
        .filteredOn(line -> !line.contains("from the remote cache"))
        .singleElement(STRING)
        .startsWith("  disk ");
    assertThat(artifacts(two)).isEqualTo(artifacts(one)).containsKey("minimal-0.1.raw");
  }

  private static Emt.Ending build(Path machine, String user, String... more)
      throws IOException, InterruptedException {
    Emt emt =
        new Emt(
            machine,
            Map.of(
                "HOME", machine.toString(),
                "EMT_CACHE", machine.resolve("cache").toString(),
                "EMT_APT", folder.resolve(user).toString(),
                "EMT_REMOTE_CACHE", address.toString()),
            List.of(),
            "022");
    List<String> arguments =
        Stream.concat(
                Stream.of("build", "minimal", "--mirror", Downloads.NOWHERE, "-o", "out"),
                Stream.of(more))
            .toList();
    return emt.run(arguments.toArray(String[]::new));
  }

  private static SortedMap<String, Digest> artifacts(Path machine) throws IOException {
    SortedMap<String, Digest> digests = new TreeMap<>();
    try (Stream<Path> files = Files.list(machine.resolve("out"))) {
      for (Path file : files.toList()) {
        digests.put(String.valueOf(file.getFileName()), Digest.sha256(ByteSource.of(file)));
      }
    }
    return digests;
  }
}
