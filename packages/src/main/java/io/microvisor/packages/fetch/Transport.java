package io.microvisor.packages.fetch;

import java.io.Closeable;
import java.io.IOException;
import java.net.Authenticator;
import java.net.InetSocketAddress;
import java.net.PasswordAuthentication;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// HTTP requests with our rules for redirects, proxies and logins.
///
/// A redirect may lead from `http` or `https` to the same or to `https`, never to a file and never back to plain
/// `http`; a login goes only to the host it is for.
final class Transport implements Closeable {
  private static final int MOST_REDIRECTS = 8;

  private final Network network;
  private final HttpClient client;

  Transport(Network network) {
    this.network = network;
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(network.stall())
            .proxy(new Proxies(network));
    proxyLogin(network).ifPresent(builder::authenticator);
    this.client = builder.build();
  }

  /// The answer to a GET, whatever its status, redirects followed.
  HttpResponse<TimedBody> get(URI address, Map<String, String> headers)
      throws IOException, InterruptedException {
    URI at = address;
    for (int redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
      HttpResponse<TimedBody> response = send(at, headers);
      if (!isRedirect(response.statusCode())) {
        return response;
      }
      response.body().close();
      at = target(at, response.headers().firstValue("Location").orElse(""));
    }
    throw new RedirectException("more than " + MOST_REDIRECTS + " redirects, the last to " + at);
  }

  /// A redirect that is not followed; trying again would not help.
  static final class RedirectException extends IOException {
    private static final long serialVersionUID = 1;

    RedirectException(String message) {
      super(message);
    }
  }

  private HttpResponse<TimedBody> send(URI address, Map<String, String> headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(address)
            .timeout(network.stall())
            .header("User-Agent", "emt")
            .header("Accept-Encoding", "identity");
    headers.forEach(request::header);
    network.credentials().stream()
        .filter(login -> login.fits(address))
        .findFirst()
        .ifPresent(login -> request.header("Authorization", basic(login)));
    return client.send(request.build(), _ -> new TimedBody(network.stall(), network.leastRate()));
  }

  private static URI target(URI from, String location) throws IOException {
    URI to;
    try {
      to = from.resolve(new URI(location)).normalize();
    } catch (URISyntaxException _) {
      throw new RedirectException("redirects to \"" + location + "\", which is no address");
    }
    String scheme = String.valueOf(to.getScheme()).toLowerCase(Locale.ROOT);
    boolean secure = scheme.equals("https");
    boolean plain = scheme.equals("http") && from.getScheme().equalsIgnoreCase("http");
    if (location.isEmpty() || to.getHost() == null || !(secure || plain)) {
      throw new RedirectException(
          "redirects to \"" + location + "\" (expected: an " + from.getScheme() + " address)");
    }
    return to;
  }

  private static boolean isRedirect(int status) {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
  }

  private static String basic(Network.Credentials login) {
    String pair = login.login() + ":" + login.password();
    return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
  }

  private static Optional<Authenticator> proxyLogin(Network network) {
    return network.proxies().stream()
        .map(Network.Proxy::way)
        .filter(way -> way instanceof Network.Way.Through(URI proxy) && proxy.getUserInfo() != null)
        .map(way -> ((Network.Way.Through) way).proxy().getUserInfo().split(":", 2))
        .findFirst()
        .map(ProxyLogin::new);
  }

  private static final class ProxyLogin extends Authenticator {
    private final String[] login;

    ProxyLogin(String[] login) {
      this.login = login;
    }

    @Override
    protected @Nullable PasswordAuthentication getPasswordAuthentication() {
      return getRequestorType() == RequestorType.PROXY
          ? new PasswordAuthentication(login[0], (login.length > 1 ? login[1] : "").toCharArray())
          : null;
    }
  }

  private static final class Proxies extends ProxySelector {
    private final Network network;

    Proxies(Network network) {
      this.network = network;
    }

    @Override
    public List<Proxy> select(URI address) {
      return network.proxies().stream()
          .filter(proxy -> proxy.fits(address))
          .findFirst()
          .map(proxy -> List.of(way(proxy.way())))
          .orElse(List.of(Proxy.NO_PROXY));
    }

    private static Proxy way(Network.Way way) {
      return switch (way) {
        case Network.Way.Directly() -> Proxy.NO_PROXY;
        case Network.Way.Through(URI proxy) ->
            new Proxy(
                Proxy.Type.HTTP,
                new InetSocketAddress(proxy.getHost(), proxy.getPort() < 0 ? 80 : proxy.getPort()));
      };
    }

    @Override
    public void connectFailed(URI address, SocketAddress proxy, IOException failure) {
      // The request itself fails with the same exception.
    }
  }

  @Override
  public void close() {
    client.shutdownNow();
    client.close();
  }
}
