package io.microvisor.packages.fetch;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.Logins;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/// HTTP requests with our rules for redirects, proxies, certificates and logins.
///
/// A redirect may lead from `http` or `https` to the same or to `https`, never to a file and never back to plain
/// `http`; a login goes only to the host it is for.
final class Transport implements Closeable {
  private static final int MOST_REDIRECTS = 8;

  static {
    // The runtime sends no password to a proxy that is asked for a tunnel, unless it was told so
    // before its first
    // request. Whoever writes a password into a proxy's address wants it sent there. Until when:
    // until
    // HttpClient.Builder lets one say it.
    setUnlessSet("jdk.http.auth.tunneling.disabledSchemes", "");
    // Its buffers are of 16 KiB, which makes a piece, two thread switches and a system call of
    // each.
    setUnlessSet("jdk.httpclient.bufsize", "65536");
  }

  /// A setting of the runtime that is given from outside stays.
  private static void setUnlessSet(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }

  private final Network network;

  /// One for each setting of TLS, and one for plain `http`, which has none.
  private final Map<Optional<Tls>, HttpClient> clients = new HashMap<>();

  Transport(Network network) {
    this.network = network;
  }

  private HttpClient client(URI address) throws FinalException {
    Optional<Tls> tls =
        address.getScheme().equalsIgnoreCase("https")
            ? Optional.of(tls(address))
            : Optional.empty();
    synchronized (clients) {
      HttpClient client = clients.get(tls);
      if (client == null) {
        client =
            HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(network.limits().connect())
                .proxy(new Proxies(network))
                .sslContext(context(tls))
                .build();
        clients.put(tls, client);
      }
      return client;
    }
  }

  private Tls tls(URI address) {
    return network.tls().stream()
        .filter(one -> one.fits(address))
        .findFirst()
        .map(one -> new Tls("", one.authorities(), one.identity()))
        .orElse(Tls.USUAL);
  }

  private static SSLContext context(Optional<Tls> tls) throws FinalException {
    try {
      return tls.isPresent() ? TlsContexts.of(tls.get()) : TlsContexts.ofNobody();
    } catch (IOException e) {
      throw new FinalException(String.valueOf(e.getMessage()));
    }
  }

  /// What a server says, the body of which is still coming.
  record Answer(int status, HttpHeaders headers, TimedBody body) {}

  /// The answer to a GET, whatever its status, redirects followed.
  Answer get(URI address, Map<String, String> headers) throws IOException, InterruptedException {
    return ask("GET", address, headers);
  }

  /// The answer to a HEAD, whatever its status, redirects followed.
  Answer head(URI address) throws IOException, InterruptedException {
    return ask("HEAD", address, Map.of());
  }

  /// The answer to a PUT, whatever its status. Redirects are answers: what we have is meant for this server.
  ///
  /// @throws HttpTimeoutException if nothing was taken, or no answer came, for too long
  HttpResponse<Void> put(URI address, ByteSource content) throws IOException, InterruptedException {
    URI at = Addresses.withoutLogin(address);
    String own = Addresses.login(address);
    Upload upload = new Upload(content, network.limits().stall());
    HttpRequest.Builder request = request(at, own.isEmpty() ? login(at) : own);
    return upload.run(client(at), request);
  }

  private Answer ask(String method, URI address, Map<String, String> headers)
      throws IOException, InterruptedException {
    String own = Addresses.login(address);
    URI at = Addresses.withoutLogin(address);
    for (int redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
      boolean atHome = Addresses.host(at).equals(Addresses.host(address));
      Answer answer = send(method, at, headers, atHome && !own.isEmpty() ? own : login(at));
      if (!isRedirect(answer.status())) {
        return answer;
      }
      answer.body().close();
      at = target(at, answer.headers().firstValue("Location").orElse(""));
    }
    throw new FinalException("more than " + MOST_REDIRECTS + " redirects, the last to " + at);
  }

  /// A request that fails in a way that trying again would not help.
  static final class FinalException extends IOException {
    private static final long serialVersionUID = 1;

    FinalException(String message) {
      super(message);
    }
  }

  private Answer send(String method, URI address, Map<String, String> headers, String login)
      throws IOException, InterruptedException {
    Limits limits = network.limits();
    HttpRequest.Builder request =
        request(address, login)
            .timeout(limits.stall())
            .header("Accept-Encoding", "identity")
            .method(method, HttpRequest.BodyPublishers.noBody());
    headers.forEach(request::header);
    AtomicReference<@Nullable Answer> begun = new AtomicReference<>();
    HttpResponse.BodyHandler<TimedBody> handler =
        head -> {
          TimedBody body = new TimedBody(limits.stall(), limits.leastRate());
          begun.set(new Answer(head.statusCode(), head.headers(), body));
          return body;
        };
    try {
      HttpResponse<TimedBody> response = client(address).send(request.build(), handler);
      return new Answer(response.statusCode(), response.headers(), response.body());
    } catch (HttpConnectTimeoutException e) {
      throw e;
    } catch (HttpTimeoutException _) {
      throw new HttpTimeoutException("no answer within " + TimedBody.seconds(limits.stall()));
    } catch (IOException e) {
      Answer answer = begun.get();
      if (answer == null) {
        throw way(address, e);
      }
      // The connection broke before the client had come round to handing out the answer. What came
      // of it counts.
      answer.body().onError(e);
      return answer;
    }
  }

  /// A failure with the proxy on the way to an address, whose it may be.
  private IOException way(URI address, IOException e) {
    return network.way(address) instanceof Network.Way.Through through
        ? new IOException(through + ": " + Refusal.describe(e), e)
        : e;
  }

  private HttpRequest.Builder request(URI address, String login) {
    HttpRequest.Builder request = HttpRequest.newBuilder(address).header("User-Agent", "emt");
    if (!login.isEmpty()) {
      request.header("Authorization", basic(login));
    }
    // The client sends it to the proxy only, also where that is asked for a tunnel.
    if (network.way(address) instanceof Network.Way.Through(URI proxy)
        && proxy.getRawUserInfo() != null) {
      request.header("Proxy-Authorization", basic(Addresses.login(proxy)));
    }
    return request;
  }

  /// `<name>:<password>` of the first login that is for the address; empty if none is.
  private String login(URI address) {
    return network.credentials().stream()
        .filter(login -> login.fits(address))
        .findFirst()
        .map(login -> login.login() + ":" + login.password())
        .orElse("");
  }

  private static URI target(URI from, String location) throws IOException {
    URI to;
    try {
      to = Addresses.withoutLogin(from.resolve(new URI(location)).normalize());
    } catch (URISyntaxException _) {
      throw new FinalException(
          "redirects to \"" + Logins.hiddenInRefused(location) + "\", which is no address");
    }
    String scheme = String.valueOf(to.getScheme()).toLowerCase(Locale.ROOT);
    boolean secure = scheme.equals("https");
    boolean plain = scheme.equals("http") && from.getScheme().equalsIgnoreCase("http");
    if (location.isEmpty() || to.getHost() == null || !(secure || plain)) {
      throw new FinalException(
          "redirects to \""
              + Logins.hiddenInRefused(location)
              + "\" (expected: an "
              + from.getScheme()
              + " address)");
    }
    return to;
  }

  private static boolean isRedirect(int status) {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
  }

  private static String basic(String pair) {
    return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
  }

  private static int port(URI proxy) {
    return proxy.getPort() < 0 ? 80 : proxy.getPort();
  }

  private static final class Proxies extends ProxySelector {
    private final Network network;

    Proxies(Network network) {
      this.network = network;
    }

    @Override
    public List<Proxy> select(URI address) {
      return List.of(way(network.way(address)));
    }

    private static Proxy way(Network.Way way) {
      return switch (way) {
        case Network.Way.Directly() -> Proxy.NO_PROXY;
        case Network.Way.Through(URI proxy) ->
            new Proxy(Proxy.Type.HTTP, new InetSocketAddress(proxy.getHost(), port(proxy)));
      };
    }

    @Override
    public void connectFailed(URI address, SocketAddress proxy, IOException failure) {
      // The request itself fails with the same exception.
    }
  }

  @Override
  public void close() {
    synchronized (clients) {
      clients.values().forEach(HttpClient::shutdownNow);
      clients.values().forEach(HttpClient::close);
      clients.clear();
    }
  }
}
