package io.microvisor.packages.repository;

import io.microvisor.packages.fetch.Network;
import io.microvisor.packages.repository.RepositorySpec.Freshness;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Those settings of apt.conf(5) that say how to reach archives: `Acquire::http::Proxy`, `Acquire::https::Proxy`
/// (also for one host) and `Acquire::Check-Valid-Until`.
///
/// Not followed: `#include`, `#clear`, and proxies found by running a program.
final class AptConf {
  private static final Pattern TOKEN =
      Pattern.compile(
          "/\\*.*?(?:\\*/|\\z)|//[^\\n]*|#[^\\n]*|\"([^\"\\n]*)\"|([{};])|([^\\s{};\"]+)",
          Pattern.DOTALL);

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
    hosts.addAll(general);
    return hosts;
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
    notes.add("apt's proxy " + value + " is not used (expected: http://host:port/)");
    return Optional.empty();
  }
}
