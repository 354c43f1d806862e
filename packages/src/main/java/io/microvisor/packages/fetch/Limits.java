package io.microvisor.packages.fetch;

import java.time.Duration;

/// How patient to be with servers, and how hard to press them: every bound of this package on what it does not control,
/// except sizes, which the wanted file brings along.
///
/// @param connectionsPerHost the most transfers from one host at a time, at least 1
/// @param attempts how often an address is tried in a row before it is given up, at least 1; an attempt that brought a
///     mebibyte or more starts the count anew
/// @param pause before the second attempt; doubled before each further one
/// @param longestPause the longest pause, also where a server asks for more with `Retry-After`: that one is given up
/// @param connect how long making a connection may take
/// @param stall how long a server may take to answer, or send less than `leastRate`, before the attempt is given up
/// @param leastRate bytes a second below which a transfer counts as stalled
public record Limits(
    int connectionsPerHost,
    int attempts,
    Duration pause,
    Duration longestPause,
    Duration connect,
    Duration stall,
    long leastRate) {
  /// Six connections to a host, four attempts, 30 seconds of patience, a minute if a server asks for it.
  public static final Limits DEFAULT =
      new Limits(
          6,
          4,
          Duration.ofMillis(500),
          Duration.ofMinutes(1),
          Duration.ofSeconds(10),
          Duration.ofSeconds(30),
          512);

  public Limits {
    if (connectionsPerHost < 1 || attempts < 1) {
      throw new IllegalArgumentException(
          "network: %d connections, %d attempts (expected: >= 1)"
              .formatted(connectionsPerHost, attempts));
    }
  }

  /// The pause before the attempt that follows `failed` attempts in a row, the first being 1.
  Duration pauseAfter(int failed) {
    Duration wait = pause.multipliedBy(1L << Math.min(failed - 1, 20));
    return wait.compareTo(longestPause) > 0 ? longestPause : wait;
  }
}
