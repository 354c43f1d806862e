package io.microvisor.packages.repository;

import io.microvisor.bytes.Logins;
import io.microvisor.packages.fetch.Network;
import io.microvisor.packages.fetch.Tls;
import io.microvisor.packages.repository.RepositorySpec.Freshness;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SequencedSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Those settings of apt.conf(5) that say how to reach archives, all but the last also for one host:
///
/// | setting | what |
/// |---|---|
/// | `Acquire::http::Proxy`, `Acquire::https::Proxy` | `http://[login@]host:port/`, or `DIRECT` |
/// | `Acquire::https::CaInfo` | PEM file of the authorities that are believed, in place of the usual ones |
/// | `Acquire::https::SslCert`, `Acquire::https::SslKey` | PEM files of a client certificate and its key |
/// | `Acquire::Check-Valid-Until` | whether Release files' dates are checked where an entry does not say |
///
/// Not followed: `#include`, `#clear`; with a note: proxies found by running a program, and `Verify-Peer` or
/// `Verify-Host` switched off.
final class AptConf {
  private static final Pattern TOKEN =
      Pattern.compile(
          "/\\*.*?(?:\\*/|\\z)|//[^\\n]*|#[^\\n]*|\"([^\"\\n]*)\"|([{};])|([^\\s{};\"]+)",
          Pattern.DOTALL);

  private static final Pattern TLS =
      Pattern.compile(
          "acquire::https::((?:[^:]+::)?)(cainfo|sslcert|sslkey|verify-peer|verify-host)");

  private final SequencedMap<String, String> values = new LinkedHashMap<>();

  /// Adds the settings of one file; later ones win.
  void add(String text) {
    List<String> path = new ArrayList<>();
    List<Integer> depths = new ArrayList<>();
    List<String> words = new ArrayList<>();
    for (Matcher token = TOKEN.matcher(text); token.find(); ) {
      if (token.group(1) != null) {
        words.add(token.group(1));
      } else if (token.group(3) != null) {
        words.add(token.group(3));
      } else if ("{".equals(token.group(2))) {
        depths.add(path.size());
        path.addAll(words);
        words.clear();
      } else if (token.group(2) != null) {
        set(path, words);
        words.clear();
        if (token.group(2).equals("}") && !depths.isEmpty()) {
          path.subList(depths.removeLast(), path.size()).clear();
        }
      }
    }
    set(path, words);
  }

  private void set(List<String> path, List<String> words) {
    if (words.size() == 2) {
      List<String> whole = new ArrayList<>(path);
      whole.add(words.getFirst());
      values.put(String.join("::", whole).toLowerCase(Locale.ROOT), words.getLast());
    }
  }

  /// Whether `Valid-Until` is checked where an entry does not say.
  Freshness freshness() {
    return isNo(values.getOrDefault("acquire::check-valid-until", "yes"))
        ? Freshness.UNCHECKED
        : Freshness.CHECKED;
  }

  static boolean isNo(String value) {
    return List.of("no", "false", "without", "off", "disable", "0")
        .contains(value.toLowerCase(Locale.ROOT));
  }

  /// The proxies, those for one host before those for all.
  List<Network.Proxy> proxies(List<String> notes) {
    List<Network.Proxy> hosts = new ArrayList<>();
    List<Network.Proxy> general = new ArrayList<>();
    for (String scheme : List.of("http", "https")) {
      String prefix = "acquire::" + scheme + "::proxy";
      for (Map.Entry<String, String> entry : values.entrySet()) {
        boolean all = entry.getKey().equals(prefix);
        if (all || entry.getKey().startsWith(prefix + "::")) {
          String host = all ? "" : entry.getKey().substring(prefix.length() + 2);
          way(entry.getValue(), notes)
              .ifPresent(way -> (all ? general : hosts).add(new Network.Proxy(scheme, host, way)));
        }
      }
      if (!values.containsKey(prefix) && scheme.equals("https")) {
        // apt uses the http proxy for https, too, unless told otherwise (apt-transport-https(1)).
        general.stream()
            .filter(proxy -> proxy.scheme().equals("http"))
            .findFirst()
            .ifPresent(proxy -> general.add(new Network.Proxy("https", "", proxy.way())));
      }
    }
    for (String key : values.keySet()) {
      if (key.matches("acquire::https?::proxy-auto-?detect")) {
        notes.add("apt's " + key + " is not followed (expected: a proxy's address)");
      }
    }
    hosts.addAll(general);
    return hosts;
  }

  /// Certificates, those for one host before those for all; what one host does not say is as for all (as for apt).
  List<Tls> tls(List<String> notes) {
    String prefix = "acquire::https::";
    SequencedSet<String> hosts = new LinkedHashSet<>();
    for (String key : values.keySet()) {
      Matcher parts = TLS.matcher(key);
      if (!parts.matches()) {
        continue;
      }
      if (!parts.group(2).startsWith("verify-")) {
        hosts.add(parts.group(1));
      } else if (isNo(values.getOrDefault(key, ""))) {
        notes.add("apt's " + key + " is not followed: certificates are always verified");
      }
    }
    List<Tls> all = new ArrayList<>();
    for (String host : hosts) {
      String authorities = ofHost(prefix, host, "cainfo");
      String certificate = ofHost(prefix, host, "sslcert");
      String key = ofHost(prefix, host, "sslkey");
      Tls tls =
          new Tls(
              host.isEmpty() ? "" : host.substring(0, host.length() - 2),
              authorities.isEmpty()
                  ? new Tls.Authorities.OfThisMachine()
                  : new Tls.Authorities.In(Path.of(authorities)),
              certificate.isEmpty()
                  ? new Tls.Identity.None()
                  : new Tls.Identity.Pem(
                      Path.of(certificate), Path.of(key.isEmpty() ? certificate : key)));
      all.add(host.isEmpty() ? all.size() : 0, tls);
    }
    return all;
  }

  private String ofHost(String prefix, String host, String setting) {
    return values.getOrDefault(prefix + host + setting, values.getOrDefault(prefix + setting, ""));
  }

  private static Optional<Network.Way> way(String value, List<String> notes) {
    if (value.equalsIgnoreCase("DIRECT") || value.isEmpty()) {
      return Optional.of(new Network.Way.Directly());
    }
    try {
      URI proxy = URI.create(value);
      if ("http".equalsIgnoreCase(proxy.getScheme()) && proxy.getHost() != null) {
        return Optional.of(new Network.Way.Through(proxy));
      }
    } catch (IllegalArgumentException _) {
      // Said below.
    }
    notes.add(
        "apt's proxy "
            + Logins.hiddenInRefused(value)
            + " is not used (expected: http://host:port/)");
    return Optional.empty();
  }
}
