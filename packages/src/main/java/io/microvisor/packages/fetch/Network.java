package io.microvisor.packages.fetch;

import java.net.URI;
import java.util.List;
import java.util.Locale;

/// How to reach the network.
///
/// @param proxies proxies by scheme of the address, the first that fits is used; none means directly
/// @param credentials for servers that want a login; each goes to the host it is for and to no other
/// @param tls certificates by host, the first that fits is used; none means the usual ones
/// @param limits how patient to be
/// @param reach whether hosts may be asked at all
public record Network(
    List<Proxy> proxies, List<Credentials> credentials, List<Tls> tls, Limits limits, Reach reach) {
  /// Directly, without credentials, with the usual patience.
  public static final Network DIRECT =
      new Network(List.of(), List.of(), List.of(), Limits.DEFAULT, Reach.ONLINE);

  /// Whether hosts may be asked.
  public enum Reach {
    /// Yes.
    ONLINE,
    /// No: only what is on this machine counts. An address of scheme `file` is on this machine.
    OFFLINE
  }

  public Network {
    proxies = List.copyOf(proxies);
    credentials = List.copyOf(credentials);
    tls = List.copyOf(tls);
  }

  /// The same with other proxies.
  public Network withProxies(List<Proxy> others) {
    return new Network(others, credentials, tls, limits, reach);
  }

  /// The same with other credentials.
  public Network withCredentials(List<Credentials> others) {
    return new Network(proxies, others, tls, limits, reach);
  }

  /// The same with other certificates.
  public Network withTls(List<Tls> others) {
    return new Network(proxies, credentials, others, limits, reach);
  }

  /// The same with other limits.
  public Network withLimits(Limits others) {
    return new Network(proxies, credentials, tls, others, reach);
  }

  /// The same, but no host is asked.
  public Network offline() {
    return new Network(proxies, credentials, tls, limits, Reach.OFFLINE);
  }

  /// Whether an address may be asked.
  boolean reaches(URI address) {
    return reach == Reach.ONLINE || "file".equalsIgnoreCase(address.getScheme());
  }

  /// The way to an address.
  Way way(URI address) {
    return proxies.stream()
        .filter(proxy -> proxy.fits(address))
        .findFirst()
        .map(Proxy::way)
        .orElse(new Way.Directly());
  }

  /// A way to some hosts: through a proxy, or explicitly not.
  ///
  /// @param scheme of the addresses it is for: `http` or `https`
  /// @param host the one host it is for; with a dot in front, the hosts below it; or empty for all
  /// @param way where it leads
  public record Proxy(String scheme, String host, Way way) {
    boolean fits(URI address) {
      String asked = String.valueOf(address.getHost()).toLowerCase(Locale.ROOT);
      String wanted = host.toLowerCase(Locale.ROOT);
      return scheme.equalsIgnoreCase(address.getScheme())
          && (wanted.isEmpty()
              || wanted.equals(asked)
              || wanted.startsWith(".") && asked.endsWith(wanted));
    }
  }

  /// Through a proxy or not.
  public sealed interface Way {
    /// No proxy.
    record Directly() implements Way {}

    /// An HTTP proxy at host and port, with or without a login in the address.
    record Through(URI proxy) implements Way {
      /// Without the login.
      @Override
      public String toString() {
        return "through " + Addresses.shown(proxy);
      }
    }
  }

  /// A login for some addresses (apt_auth.conf(5)).
  ///
  /// @param scheme `https`, or `http` where the entry says so explicitly
  /// @param host the host
  /// @param port the port, or empty for any
  /// @param path what the address's path must begin with, may be empty
  public record Credentials(
      String scheme, String host, String port, String path, String login, String password) {
    boolean fits(URI address) {
      String portOfAddress = address.getPort() < 0 ? "" : String.valueOf(address.getPort());
      String pathOfAddress = address.getPath() == null ? "" : address.getPath();
      return scheme.equalsIgnoreCase(address.getScheme())
          && host.equalsIgnoreCase(address.getHost())
          && (port.isEmpty() || port.equals(portOfAddress))
          && pathOfAddress.startsWith(path);
    }

    /// Without the password.
    @Override
    public String toString() {
      return scheme + "://" + login + ":***@" + host + path;
    }
  }
}
