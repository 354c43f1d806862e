package io.microvisor.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.microvisor.bytes.Digest;
import io.microvisor.packages.fetch.Download;
import io.microvisor.packages.fetch.DownloadEvent;
import io.microvisor.packages.fetch.Downloader;
import io.microvisor.packages.fetch.Limits;
import io.microvisor.packages.fetch.Network;
import io.microvisor.packages.repository.AptSources;
import io.microvisor.sandbox.ToolRun;
import io.microvisor.store.Partial;
import io.microvisor.store.Store;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Downloads from nginx, which wants client certificates that OpenSSL made, through tinyproxy, which wants a login; all of
/// it configured as for apt.
class WebServerOracleTest {
  private static final byte[] CONTENT = new byte[5_000_000];

  private static final String CERTIFICATES =
      """
      openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -subj /CN=authority -days 2 2>/dev/null
      for name in server client; do
        openssl req -newkey rsa:2048 -nodes -keyout $name.key -out $name.csr -subj /CN=$name 2>/dev/null
        printf 'subjectAltName=IP:127.0.0.1' >names
        openssl x509 -req -in $name.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile names -out $name.pem 2>/dev/null
      done
      openssl rsa -in client.key -traditional -out client-old.key 2>/dev/null
      printf 'ann:{PLAIN}s3cret\\n' >logins
      """;

  @SuppressWarnings("InlineFormatString") // As long as a file, since it is one.
  private static final String NGINX =
      """
      daemon off;
      master_process off;
      pid /tmp/nginx.pid;
      error_log stderr;
      events {}
      http {
        access_log /run/work/access.log;
        client_body_temp_path /tmp/a; proxy_temp_path /tmp/b; fastcgi_temp_path /tmp/c; uwsgi_temp_path /tmp/d; scgi_temp_path /tmp/e;
        default_type text/plain;
        gzip on; gzip_min_length 1; gzip_types *;
        server {
          listen 127.0.0.1:%d ssl;
          ssl_certificate /run/work/server.pem;
          ssl_certificate_key /run/work/server.key;
          ssl_client_certificate /run/work/ca.pem;
          ssl_verify_client on;
          root /run/work/www;
          location /private/ { auth_basic "ours"; auth_basic_user_file /run/work/logins; }
        }
        server { listen 127.0.0.1:%d; root /run/work/www; }
      }
      """;

  @SuppressWarnings("InlineFormatString") // As long as a file, since it is one.
  private static final String TINYPROXY =
      """
      Listen 127.0.0.1
      Port %d
      Allow 127.0.0.1
      BasicAuth joe secret
      ConnectPort %d
      LogFile "/run/work/proxy.log"
      PidFile "/tmp/tinyproxy.pid"
      LogLevel Connect
      """;

  @TempDir static Path folder;

  private static int secure;
  private static int plain;
  private static int proxy;
  private static ToolRun servers;

  private final List<DownloadEvent> events = Collections.synchronizedList(new ArrayList<>());
  private Store store;

  @TempDir Path directory;

  @BeforeAll
  static void start() throws IOException, InterruptedException {
    Oracles oracles = Oracles.open();
    oracles.succeed(folder, CERTIFICATES);
    new Random(1).nextBytes(CONTENT);
    Files.createDirectories(folder.resolve("www/private"));
    Files.write(folder.resolve("www/file"), CONTENT);
    Files.write(folder.resolve("www/private/file"), CONTENT);
    try (ServerSocket one = free();
        ServerSocket two = free();
        ServerSocket three = free()) {
      secure = one.getLocalPort();
      plain = two.getLocalPort();
      proxy = three.getLocalPort();
    }
    Files.writeString(folder.resolve("nginx.conf"), NGINX.formatted(secure, plain));
    Files.writeString(folder.resolve("tinyproxy.conf"), TINYPROXY.formatted(proxy, secure));
    String both = "tinyproxy -d -c /run/work/tinyproxy.conf & exec nginx -c /run/work/nginx.conf";
    servers = oracles.start(folder, "sh", "-c", both);
  }

  private static ServerSocket free() throws IOException {
    return new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
  }

  @AfterAll
  static void stop() {
    if (servers != null) {
      servers.close();
    }
  }

  @BeforeEach
  void open() throws IOException {
    store = Store.open(directory.resolve("store"));
  }

  @AfterEach
  void close() throws IOException {
    store.close();
  }

  @Test
  void continuesADownloadThroughATunnelWithAClientCertificateAndALogin() throws Exception {
    try (Partial partial = store.files().partial(Digest.sha256(CONTENT))) {
      partial.write(ByteBuffer.wrap(CONTENT, 0, 2_000_000));
    }
    Network network = network("joe:secret@", "client-old.key");

    assertThat(fetch(network, secure("/private/file"))).hasBinaryContent(CONTENT);
    assertThat(events)
        .filteredOn(DownloadEvent.Started.class::isInstance)
        .extracting(event -> ((DownloadEvent.Started) event).resumedAt())
        .contains(2_000_000L);
    assertThat(Files.readString(folder.resolve("access.log")))
        .contains("- ann [")
        .contains("\"GET /private/file HTTP/1.1\" 206 3000000 ");
    assertThat(Files.readString(folder.resolve("proxy.log")))
        .contains("CONNECT 127.0.0.1:" + secure);
  }

  @Test
  void getsPlainFilesThroughTheProxy() throws Exception {
    URI address = URI.create("http://127.0.0.1:" + plain + "/file");

    assertThat(fetch(network("joe:secret@", "client.key"), address)).hasBinaryContent(CONTENT);
  }

  @Test
  void saysThatTheServerRefusesUsWithoutACertificate() throws Exception {
    Network network =
        network("joe:secret@", "client.key").withTls(apt("joe:secret@", "").network().tls());

    assertThatThrownBy(() -> fetch(network, secure("/file")))
        .hasMessageContaining("the server answers 400");
  }

  @Test
  void saysThatTheProxyOrTheServerWantsALogin() throws Exception {
    assertThatThrownBy(() -> fetch(network("", "client.key"), secure("/file")))
        .hasMessageContaining("wants a login");
    Network nobody = network("joe:secret@", "client.key").withCredentials(List.of());
    assertThatThrownBy(() -> fetch(nobody, secure("/private/file")))
        .hasMessageContaining("the server answers 401, it wants a login");
  }

  private static URI secure(String path) {
    return URI.create("https://127.0.0.1:" + secure + path);
  }

  private Network network(String login, String key) throws IOException {
    return apt(
            login,
            "SslCert \"%s\"; SslKey \"%s\";"
                .formatted(folder.resolve("client.pem"), folder.resolve(key)))
        .network()
        // The servers may take a while to start: that is what attempts are for.
        .withLimits(
            new Limits(
                4,
                100,
                Duration.ofMillis(50),
                Duration.ofMillis(200),
                Duration.ofSeconds(20),
                Duration.ofSeconds(20),
                512));
  }

  private AptSources apt(String login, String identity) throws IOException {
    Path apt = Files.createDirectories(directory.resolve("apt"));
    Files.writeString(
        apt.resolve("apt.conf"),
        """
        Acquire::http::Proxy "http://%s127.0.0.1:%d/";
        Acquire::https { CaInfo "%s"; %s };
        """
            .formatted(login, proxy, folder.resolve("ca.pem"), identity));
    Files.writeString(
        apt.resolve("auth.conf"),
        "machine 127.0.0.1:%d/private login ann password s3cret\n".formatted(secure));
    return AptSources.of(apt);
  }

  private Path fetch(Network network, URI address) throws IOException, InterruptedException {
    Download wanted =
        new Download("file", List.of(address), CONTENT.length, Digest.sha256(CONTENT));
    try (Downloader downloader = new Downloader(network, store, Thread::sleep)) {
      return downloader.fetch(List.of(wanted), events::add).getFirst();
    }
  }
}
