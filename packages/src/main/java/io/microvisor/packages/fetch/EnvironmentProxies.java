package io.microvisor.packages.fetch;

import io.microvisor.packages.fetch.Network.Proxy;
import io.microvisor.packages.fetch.Network.Way;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// The proxies that environment variables name, as curl and apt read them.
///
/// | variable | what |
/// |---|---|
/// | `http_proxy` | the proxy for `http`, and for `https` where that has none of its own |
/// | `https_proxy` | the proxy for `https` |
/// | `no_proxy` | hosts that are reached directly, with all below them, separated by commas; `*` for all |
///
/// `HTTP_PROXY` is not read: in a web server's child it is what a client said. What is no `http` address is left out.
public final class EnvironmentProxies {
  private EnvironmentProxies() {}

  /// The proxies, exceptions first.
  public static List<Proxy> of(Map<String, String> environment) {
    List<Proxy> all = new ArrayList<>();
    String http = environment.getOrDefault("http_proxy", "");
    String https = environment.getOrDefault("https_proxy", http);
    for (String word : environment.getOrDefault("no_proxy", "").split("[,\\s]+", -1)) {
      String host = word.replaceFirst("^\\*?\\.", "");
      if (host.equals("*")) {
        return List.of();
      }
      if (!host.isEmpty()) {
        for (String scheme : List.of("http", "https")) {
          all.add(new Proxy(scheme, host, new Way.Directly()));
          all.add(new Proxy(scheme, "." + host, new Way.Directly()));
        }
      }
    }
    add(all, "http", http);
    add(all, "https", https);
    return List.copyOf(all);
  }

  private static void add(List<Proxy> all, String scheme, String text) {
    if (text.isEmpty()) {
      return;
    }
    try {
      URI proxy = URI.create(text.contains("://") ? text : "http://" + text);
      if ("http".equalsIgnoreCase(proxy.getScheme()) && proxy.getHost() != null) {
        all.add(new Proxy(scheme, "", new Way.Through(proxy)));
      }
    } catch (IllegalArgumentException _) {
      // No address: as if it were not there, like a socks proxy, which we cannot use.
    }
  }
}
