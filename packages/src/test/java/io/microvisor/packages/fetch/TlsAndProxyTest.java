package io.microvisor.packages.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.microvisor.packages.fetch.Network.Proxy;
import io.microvisor.packages.fetch.Network.Way;
import io.microvisor.packages.fetch.Tls.Authorities;
import io.microvisor.store.Store;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLServerSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// TLS and proxies, with the runtime's own TLS on the other side; see the system tests for foreign servers.
final class TlsAndProxyTest {
  private static final byte[] CONTENT = "hello".getBytes(StandardCharsets.US_ASCII);

  private final TestAuthority authority = new TestAuthority();
  private final List<AutoCloseable> opened = new ArrayList<>();
  private Store store;

  @TempDir Path directory;

  @BeforeEach
  void open() throws IOException {
    store = Store.open(directory.resolve("store"));
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable one : opened) {
      one.close();
    }
    store.close();
  }

  @Test
  void believesTheAuthoritiesItIsGivenAndNoOthers() throws Exception {
    RawServer server = secure(authority, false, RawServer.content(CONTENT));
    Path own = authority.write(directory.resolve("own.pem"));
    Path others = new TestAuthority().write(directory.resolve("others.pem"));

    assertThat(get(network(trusting(own)), https(server))).isEqualTo(CONTENT);
    for (Network network : List.of(network(trusting(others)), network())) {
      assertThatThrownBy(() -> get(network, https(server)))
          .isInstanceOf(DownloadException.class)
          .hasMessageContaining("its certificate is not believed: PKIX path");
    }
    assertThat(server.requests()).hasSize(1);
  }

  @Test
  void refusesAGenuineCertificateOfAnotherHost() throws Exception {
    RawServer server = secure(authority, false, RawServer.content(CONTENT));
    Path own = authority.write(directory.resolve("own.pem"));
    URI other = URI.create("https://127.0.0.2:" + server.port() + "/file");

    assertThatThrownBy(() -> get(network(trusting(own)), other))
        .hasMessageContaining("its certificate is not believed: ")
        .hasMessageContaining("127.0.0.2");
  }

  @Test
  void showsAClientCertificateToTheHostItIsFor() throws Exception {
    RawServer server = secure(authority, true, RawServer.content(CONTENT));
    Authorities own = new Authorities.In(authority.write(directory.resolve("own.pem")));
    var me = authority.identity("client");
    Path certificate = TestAuthority.certificate(directory.resolve("client.pem"), me);
    Path key = TestAuthority.key(directory.resolve("client.key"), me);
    Path oldKey = TestAuthority.oldKey(directory.resolve("old.key"), me);
    Path both =
        Files.writeString(
            directory.resolve("both.pem"), Files.readString(certificate) + Files.readString(key));

    for (var identity :
        List.of(
            new Tls.Identity.Pem(certificate, key),
            new Tls.Identity.Pem(certificate, oldKey),
            new Tls.Identity.Pem(both, both))) {
      assertThat(get(network(new Tls("127.0.0.1", own, identity)), https(server)))
          .isEqualTo(CONTENT);
    }
    int before = server.requests().size();
    Tls elsewhere = new Tls("other.example", own, new Tls.Identity.Pem(certificate, key));
    Tls nobody = new Tls("", own, new Tls.Identity.None());
    assertThatThrownBy(() -> get(network(elsewhere, nobody), https(server)))
        .isInstanceOf(DownloadException.class);
    assertThat(server.requests()).hasSize(before);
  }

  @Test
  void namesAFileThatHoldsNoCertificateOrKey() throws Exception {
    Path own = authority.write(directory.resolve("own.pem"));
    Path nothing = Files.writeString(directory.resolve("nothing.pem"), "hello\n");
    Path locked =
        TestAuthority.write(directory.resolve("locked.key"), "ENCRYPTED PRIVATE KEY", new byte[3]);
    URI address = URI.create("https://127.0.0.1:1/");

    assertThatThrownBy(() -> get(network(trusting(nothing)), address))
        .hasMessageContaining(nothing + ": no certificate in it (expected: -----BEGIN CERTIFICATE");
    assertThatThrownBy(() ->
            get(
                network(new Tls("", new Authorities.In(own), new Tls.Identity.Pem(own, locked))),
                address))
        .hasMessageContaining(locked + ": the key is encrypted (expected: one that is not)");
  }

  @Test
  void neverFollowsARedirectBackToPlainHttp() throws Exception {
    RawServer plain = opened(new RawServer(RawServer.content(CONTENT)));
    RawServer server = secure(authority, false, redirect(plain.address().toString()));
    Path own = authority.write(directory.resolve("own.pem"));

    assertThatThrownBy(() -> get(network(trusting(own)), https(server)))
        .hasMessageContaining("redirects to \"http://127.0.0.1:")
        .hasMessageContaining("(expected: an https address)");
    assertThat(plain.requests()).isEmpty();
  }

  @Test
  void keepsALoginToTheHostItIsFor() throws Exception {
    RawServer other = secure(authority, false, RawServer.content(CONTENT));
    RawServer server = secure(authority, false, redirect(https(other).toString()));
    Network network =
        network(trusting(authority.write(directory.resolve("own.pem"))))
            .withCredentials(
                List.of(
                    new Network.Credentials(
                        "https", "127.0.0.1", "" + server.port(), "", "joe", "secret")));
    String login = "Authorization: Basic am9lOnNlY3JldA==\r\n";

    assertThat(get(network, https(server))).isEqualTo(CONTENT);
    assertThat(server.requests().getFirst()).contains(login);
    assertThat(other.requests().getFirst()).doesNotContain("Authorization");

    URI withLogin = URI.create(https(server).toString().replace("//", "//joe:secr%65t@"));
    assertThat(get(network.withCredentials(List.of()), withLogin)).isEqualTo(CONTENT);
    assertThat(server.requests().getLast()).contains(login);
    assertThat(other.requests().getLast()).doesNotContain("Authorization");
  }

  @Test
  void showsNoLoginOfAnAddressInAnError() throws Exception {
    RawServer server = opened(new RawServer(RawServer.last("HTTP/1.1 403 No\r\n", new byte[0])));
    URI address = URI.create(server.address().toString().replace("//", "//joe:secret@"));

    assertThatThrownBy(() -> get(network(), address))
        .hasMessageContaining(server.address() + ": the server answers 403, forbidden")
        .hasMessageNotContaining("secret");
  }

  @Test
  void asksTheProxyForPlainAddressesAndLogsInThere() throws Exception {
    RawServer proxy = opened(new RawServer(RawServer.content(CONTENT)));
    Network network =
        network()
            .withProxies(
                List.of(
                    new Proxy("http", "127.0.0.1", new Way.Directly()),
                    new Proxy("http", ".inside.example", new Way.Directly()),
                    new Proxy("http", "", through("joe:se%3Acret@", proxy.port()))));

    assertThat(get(network, URI.create("http://mirror.example/x"))).isEqualTo(CONTENT);
    assertThat(proxy.requests())
        .singleElement()
        .asString()
        .startsWith("GET http://mirror.example/x HTTP/1.1\r\n")
        .contains("Proxy-Authorization: Basic am9lOnNlOmNyZXQ=\r\n");
    RawServer server = opened(new RawServer(RawServer.content(CONTENT)));
    assertThat(get(network, server.address())).isEqualTo(CONTENT);
    assertThat(server.requests().getFirst()).doesNotContain("Proxy-Authorization");
    assertThat(proxy.requests()).hasSize(1);
    assertThat(network.way(URI.create("http://a.inside.example/"))).isEqualTo(new Way.Directly());
  }

  @Test
  void tellsThatAProxyRefusesWithoutItsLogin() throws Exception {
    int closed;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      closed = socket.getLocalPort();
    }
    Network network =
        network().withProxies(List.of(new Proxy("http", "", through("joe:secret@", closed))));

    assertThatThrownBy(() -> get(network, URI.create("http://mirror.example/x")))
        .hasMessageContaining("through http://127.0.0.1:" + closed + "/: no connection: refused")
        .hasMessageNotContaining("secret");
  }

  @Test
  void tunnelsThroughTheProxyAndTellsTheLoginToItAlone() throws Exception {
    RawServer server = secure(authority, false, RawServer.content(CONTENT));
    Tunnel tunnel = opened(new Tunnel("Basic am9lOnNlY3JldA=="));
    Network network =
        network(trusting(authority.write(directory.resolve("own.pem"))))
            .withProxies(List.of(new Proxy("https", "", through("joe:secret@", tunnel.port()))));

    assertThat(get(network, https(server))).isEqualTo(CONTENT);
    assertThat(tunnel.asked).singleElement().asString().startsWith("CONNECT 127.0.0.1:");
    assertThat(server.requests().getFirst()).doesNotContain("Proxy-Authorization");

    Network stranger =
        network.withProxies(List.of(new Proxy("https", "", through("", tunnel.port()))));
    assertThatThrownBy(() -> get(stranger, https(server)))
        .hasMessageContaining("407, the proxy wants a login");
  }

  /// A proxy that opens tunnels to whoever logs in.
  private static final class Tunnel implements AutoCloseable {
    private final ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<String> asked = Collections.synchronizedList(new ArrayList<>());
    private final String login;

    Tunnel(String login) throws IOException {
      this.login = login;
      var _ =
          threads.submit(() -> {
            while (true) {
              Socket one = socket.accept();
              var _ = threads.submit(() -> serve(one));
            }
          });
    }

    int port() {
      return socket.getLocalPort();
    }

    private Object serve(Socket client) throws Exception {
      try (client) {
        String head = RawServer.head(client.getInputStream());
        if (!head.contains("Proxy-Authorization: " + login + "\r\n")) {
          RawServer.write(
              client.getOutputStream(),
              "HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n",
              new byte[0]);
          return this;
        }
        asked.add(head);
        int port = Integer.parseInt(head.replaceAll("(?s)CONNECT [^:]*:(\\d+) .*", "$1"));
        try (Socket server = new Socket(InetAddress.getLoopbackAddress(), port)) {
          RawServer.write(client.getOutputStream(), "HTTP/1.1 200 Yes\r\n", new byte[0]);
          var back = threads.submit(() -> copy(server.getInputStream(), client.getOutputStream()));
          copy(client.getInputStream(), server.getOutputStream());
          back.get();
        }
      }
      return this;
    }

    private static Object copy(InputStream in, OutputStream out) throws IOException {
      return in.transferTo(out);
    }

    @Override
    public void close() throws IOException {
      socket.close();
      threads.shutdownNow();
    }
  }

  private static Way through(String login, int port) {
    return new Way.Through(URI.create("http://" + login + "127.0.0.1:" + port + "/"));
  }

  private static RawServer.Answer redirect(String to) {
    return RawServer.last(
        "HTTP/1.1 302 There\r\nLocation: " + to + "\r\nContent-Length: 0\r\n", new byte[0]);
  }

  private <T extends AutoCloseable> T opened(T one) {
    opened.add(one);
    return one;
  }

  private RawServer secure(TestAuthority by, boolean clients, RawServer.Answer... inTurn)
      throws IOException {
    SSLServerSocket socket =
        (SSLServerSocket)
            by.context(by.identity("server"))
                .getServerSocketFactory()
                .createServerSocket(0, 50, InetAddress.getByName("0.0.0.0"));
    socket.setNeedClientAuth(clients);
    return opened(new RawServer(socket, inTurn));
  }

  private static URI https(RawServer server) {
    return URI.create("https://127.0.0.1:" + server.port() + "/file");
  }

  private static Tls trusting(Path authorities) {
    return new Tls("", new Authorities.In(authorities), new Tls.Identity.None());
  }

  private static Network network(Tls... tls) {
    Duration patience = Duration.ofSeconds(20);
    return Network.DIRECT
        .withTls(List.of(tls))
        .withLimits(new Limits(2, 1, Duration.ZERO, Duration.ZERO, patience, patience, 512));
  }

  private byte[] get(Network network, URI address) throws IOException, InterruptedException {
    try (Downloader downloader = new Downloader(network, store, _ -> {})) {
      Small small = downloader.small("thing", address, 1 << 20, Validators.NONE);
      return ((Small.Fresh) small).content();
    }
  }
}
