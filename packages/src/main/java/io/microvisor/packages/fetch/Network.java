package io.microvisor.packages.fetch;

import java.net.URI;
import java.time.Duration;
import java.util.List;

/// How to reach the network and how patient to be.
///
/// @param proxies proxies by scheme of the address, the first that fits is used; none means directly
/// @param credentials for servers that want a login
/// @param connectionsPerHost the most connections to one host at a time, at least 1
/// @param attempts how often an address is tried before it is given up, at least 1
/// @param pause before the second attempt; doubled before each further one
/// @param stall how long a server may take to answer, or send less than `leastRate`, before the attempt is given up
/// @param leastRate bytes a second below which a transfer counts as stalled
/// @param reach whether hosts may be asked at all
public record Network(
    List<Proxy> proxies,
    List<Credentials> credentials,
    int connectionsPerHost,
    int attempts,
    Duration pause,
    Duration stall,
    long leastRate,
    Reach reach) {
  /// Whether hosts may be asked.
  public enum Reach {
    /// Yes.
    ONLINE,
    /// No: only what is on this machine counts. An address of scheme `file` is on this machine.
    OFFLINE
  }

  /// Directly, without credentials, four attempts, six connections to a host, 30 seconds of patience.
  public static final Network DIRECT =
      new Network(List.of(), List.of(), 6, 4, Duration.ofMillis(500), Duration.ofSeconds(30), 512);

  /// A network whose hosts may be asked.
  public Network(
      List<Proxy> proxies,
      List<Credentials> credentials,
      int connectionsPerHost,
      int attempts,
      Duration pause,
      Duration stall,
      long leastRate) {
    this(proxies, credentials, connectionsPerHost, attempts, pause, stall, leastRate, Reach.ONLINE);
  }

  public Network {
    if (connectionsPerHost < 1 || attempts < 1) {
      throw new IllegalArgumentException(
          "network: %d connections, %d attempts (expected: >= 1)"
              .formatted(connectionsPerHost, attempts));
    }
    proxies = List.copyOf(proxies);
    credentials = List.copyOf(credentials);
  }

  /// The same with other proxies.
  public Network withProxies(List<Proxy> others) {
    return new Network(
        others, credentials, connectionsPerHost, attempts, pause, stall, leastRate, reach);
  }

  /// The same with other credentials.
  public Network withCredentials(List<Credentials> others) {
    return new Network(
        proxies, others, connectionsPerHost, attempts, pause, stall, leastRate, reach);
  }

  /// The same, but no host is asked.
  public Network offline() {
    return new Network(
        proxies, credentials, connectionsPerHost, attempts, pause, stall, leastRate, Reach.OFFLINE);
  }

  /// Whether an address may be asked.
  boolean reaches(URI address) {
    return reach == Reach.ONLINE || "file".equalsIgnoreCase(address.getScheme());
  }

  /// A way to some hosts: through a proxy, or explicitly not.
  ///
  /// @param scheme of the addresses it is for: `http` or `https`
  /// @param host the one host it is for, or empty for all
  /// @param way where it leads
  public record Proxy(String scheme, String host, Way way) {
    boolean fits(URI address) {
      return scheme.equalsIgnoreCase(address.getScheme())
          && (host.isEmpty() || host.equalsIgnoreCase(address.getHost()));
    }
  }

  /// Through a proxy or not.
  public sealed interface Way {
    /// No proxy.
    record Directly() implements Way {}

    /// An HTTP proxy at host and port, with or without a login in the address.
    record Through(URI proxy) implements Way {}
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
