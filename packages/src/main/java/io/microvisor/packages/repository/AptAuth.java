package io.microvisor.packages.repository;

import io.microvisor.packages.fetch.Network.Credentials;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Logins of apt_auth.conf(5): `machine [scheme://]host[:port][/path] login NAME password WORD`, over lines as it
/// likes. An entry without a scheme is for `https` only, as for apt.
final class AptAuth {
  private static final Pattern MACHINE =
      Pattern.compile(
          "(?:(?<scheme>[a-z0-9+]+)://)?(?<host>[^/:]+)(?::(?<port>\\d+))?(?<path>/.*)?");

  private AptAuth() {}

  static List<Credentials> parse(String text) {
    List<Credentials> all = new ArrayList<>();
    String machine = "";
    String login = "";
    StringBuilder withoutComments = new StringBuilder();
    text.lines()
        .filter(line -> !line.stripLeading().startsWith("#"))
        .forEach(line -> withoutComments.append(line).append('\n'));
    List<String> words = List.of(withoutComments.toString().strip().split("\\s+"));
    for (int i = 0; i + 1 < words.size(); i += 2) {
      String value = words.get(i + 1);
      switch (words.get(i)) {
        case "machine" -> machine = value;
        case "login" -> login = value;
        case "password" -> add(all, machine, login, value);
        default -> i--; // Not a word we know: netrc's macdef, account. Look at the next one.
      }
    }
    return all;
  }

  private static void add(List<Credentials> all, String machine, String login, String password) {
    Matcher parts = MACHINE.matcher(machine);
    if (parts.matches()) {
      all.add(
          new Credentials(
              parts.group("scheme") == null ? "https" : parts.group("scheme"),
              parts.group("host"),
              parts.group("port") == null ? "" : parts.group("port"),
              parts.group("path") == null ? "" : parts.group("path"),
              login,
              password));
    }
  }
}
