package io.microvisor.packages.fetch;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/// What addresses (RFC 3986) say besides where something is.
final class Addresses {
  private Addresses() {}

  /// The address without the login that may stand in it, for messages.
  static String shown(URI address) {
    String login = address.getRawUserInfo();
    return login == null ? address.toString() : address.toString().replace(login + "@", "");
  }

  /// `<name>:<password>` of an address that holds a login; empty if it holds none.
  static String login(URI address) {
    String login = address.getRawUserInfo();
    if (login == null) {
      return "";
    }
    String[] parts = login.split(":", 2);
    return decoded(parts[0]) + ":" + (parts.length > 1 ? decoded(parts[1]) : "");
  }

  /// The address as it may be sent.
  static URI withoutLogin(URI address) {
    return address.getRawUserInfo() == null ? address : URI.create(shown(address));
  }

  /// Host and port: what shares connections.
  static String host(URI address) {
    return String.valueOf(address.getHost()).toLowerCase(Locale.ROOT) + ":" + address.getPort();
  }

  private static String decoded(String part) {
    return URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
  }
}
