package io.microvisor.compose.template;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Optional;

/// Checks IP addresses beyond their characters.
final class IpAddress {
  /// Whether the length of a network's prefix follows, as in `10.0.0.1/24`.
  enum Prefix {
    NONE,
    OPTIONAL,
    REQUIRED
  }

  private IpAddress() {}

  /// What would be right in place of `text`; empty if it is.
  ///
  /// @param prefix whether a prefix length follows
  static Optional<String> complaint(String text, Prefix prefix) {
    String[] parts = text.split("/", -1);
    if (parts.length > 1 && prefix == Prefix.NONE) {
      return Optional.of("an IP address without a prefix length");
    }
    try {
      InetAddress address = InetAddress.ofLiteral(parts[0]);
      boolean four = address instanceof Inet4Address && parts[0].indexOf(':') < 0;
      if (four && parts[0].split("\\.", -1).length != 4) {
        return Optional.of("an IP address, such as 10.0.0.1 or fd00::1");
      }
      if (parts.length == 1 && prefix == Prefix.REQUIRED) {
        return Optional.of("its prefix length, too, such as " + text + (four ? "/24" : "/64"));
      }
      int longest = four ? 32 : 128;
      return parts.length > 1 && Integer.parseInt(parts[1]) > longest
          ? Optional.of("a prefix length of at most " + longest)
          : Optional.empty();
    } catch (IllegalArgumentException _) {
      return Optional.of("an IP address, such as 10.0.0.1 or fd00::1");
    }
  }
}
