package io.microvisor.packages.repository;

import io.microvisor.bytes.FormatException;
import io.microvisor.bytes.Logins;
import io.microvisor.packages.deb.ControlStanza;
import io.microvisor.packages.repository.AptEntry.SignedBy;
import io.microvisor.packages.repository.RepositorySpec.Freshness;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Reads both forms of sources.list(5) and collects the enabled entries for binary packages.
///
/// | field | option | here |
/// |---|---|---|
/// | Architectures | arch | which machines it is for, also `-Remove` and `-=`; `-Add` and `+=` add to all and change nothing |
/// | Signed-By | signed-by | files, fingerprints or keys |
/// | Trusted | trusted | `yes`: no signature is needed |
/// | Check-Valid-Until | check-valid-until | `no`: may be out of date |
/// | Targets | target | an entry without `Packages` has no packages |
/// | Enabled | | `no`: as if it were not there |
///
/// All others say how apt fetches what we fetch in our own way (`by-hash`, `pdiffs`, `lang`), or would weaken what is
/// always checked (`allow-insecure`, `allow-weak`, `check-date`): they are passed over. What apt would call malformed is
/// left out with a note, the other entries stay.
final class SourcesReader {
  private final Freshness byDefault;
  private final List<AptEntry> entries = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();

  SourcesReader(Freshness byDefault) {
    this.byDefault = byDefault;
  }

  List<AptEntry> entries() {
    return entries;
  }

  List<String> notes() {
    return notes;
  }

  /// One entry a line: `deb [option=value ...] uri suite component ...`.
  void addLines(String file, String text) {
    List<String> lines = text.lines().toList();
    for (int i = 0; i < lines.size(); i++) {
      String line = withoutComment(lines.get(i)).strip();
      String place = file + ":" + (i + 1);
      Optional<List<String>> parts = SourcesLine.words(line);
      if (line.isEmpty() || line.matches("deb-src\\s.*")) {
        continue;
      }
      if (parts.isEmpty() || parts.get().size() < 3 || !parts.get().getFirst().equals("deb")) {
        notes.add(
            place
                + ": left out: \""
                + Logins.hiddenInRefused(line)
                + "\" (expected: deb URI SUITE COMPONENT...)");
        continue;
      }
      List<String> words = parts.get();
      Map<String, String> options = Map.of();
      if (words.get(1).startsWith("[")) {
        Optional<Map<String, String>> found =
            SourcesLine.options(words.get(1).substring(1, words.get(1).length() - 1));
        if (found.isEmpty() || words.size() < 4) {
          notes.add(
              place
                  + ": left out: \""
                  + Logins.hiddenInRefused(line)
                  + "\" (expected: [OPTION=VALUE ...] URI SUITE)");
          continue;
        }
        options = found.get();
        words = words.subList(1, words.size());
      }
      add(
          place,
          List.of(words.get(1)),
          List.of(words.get(2)),
          words.subList(3, words.size()),
          options);
    }
  }

  private static String withoutComment(String line) {
    boolean inside = false;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (c == '[') {
        inside = line.indexOf(']', i) > 0;
      } else if (c == ']') {
        inside = false;
      } else if (c == '#' && !inside) {
        return line.substring(0, i);
      }
    }
    return line;
  }

  /// One entry a stanza, fields as in sources.list(5), "deb822-style format".
  void addStanzas(String file, String text) {
    List<ControlStanza> stanzas;
    try {
      stanzas = ControlStanza.parseAll(text);
    } catch (FormatException e) {
      notes.add(file + ": left out: " + e.getMessage());
      return;
    }
    for (ControlStanza stanza : stanzas) {
      if (AptConf.isNo(stanza.text("Enabled"))) {
        continue;
      }
      String place = file + ":" + stanza.line();
      List<String> types = words(stanza.text("Types"));
      if (types.isEmpty() || types.stream().anyMatch(type -> !type.matches("deb(-src)?"))) {
        notes.add(place + ": left out: Types is \"" + stanza.text("Types") + "\" (expected: deb)");
        continue;
      }
      if (!types.contains("deb")) {
        continue;
      }
      List<String> uris = words(stanza.text("URIs"));
      List<String> suites = words(stanza.text("Suites"));
      if (uris.isEmpty() || suites.isEmpty()) {
        notes.add(place + ": left out: no URIs or no Suites (expected: both)");
        continue;
      }
      add(place, uris, suites, words(stanza.text("Components")), options(stanza));
    }
  }

  private static Map<String, String> options(ControlStanza stanza) {
    Map<String, String> options = new LinkedHashMap<>();
    for (String field : List.of("Signed-By", "Trusted", "Check-Valid-Until", "Packages")) {
      options.put(field.toLowerCase(Locale.ROOT), stanza.text(field));
    }
    options.put("arch", String.join(",", words(stanza.text("Architectures"))));
    options.put("arch-", String.join(",", words(stanza.text("Architectures-Remove"))));
    options.put("target", String.join(",", words(stanza.text("Targets"))));
    options.put("target-", String.join(",", words(stanza.text("Targets-Remove"))));
    return options;
  }

  private void add(
      String place,
      List<String> uris,
      List<String> suites,
      List<String> components,
      Map<String, String> options) {
    boolean paths = suites.stream().anyMatch(suite -> suite.endsWith("/"));
    boolean names = suites.stream().anyMatch(suite -> !suite.endsWith("/"));
    if (paths && !components.isEmpty() || names && components.isEmpty()) {
      notes.add(
          place
              + ": left out: "
              + (paths ? "components beside a suite that is a path" : "no components")
              + " (expected: components, or a suite that ends with /)");
      return;
    }
    if (!hasPackages(options)) {
      return;
    }
    entries.add(
        new AptEntry(
            place,
            uris,
            suites,
            components,
            items(options, "arch"),
            items(options, "arch-"),
            signedBy(options.getOrDefault("signed-by", ""), options.getOrDefault("trusted", "")),
            freshness(options.getOrDefault("check-valid-until", ""))));
  }

  private static boolean hasPackages(Map<String, String> options) {
    List<String> only = items(options, "target");
    return (only.isEmpty() || only.contains("Packages"))
        && !items(options, "target-").contains("Packages")
        && !AptConf.isNo(options.getOrDefault("packages", ""));
  }

  private Freshness freshness(String value) {
    return value.isEmpty()
        ? byDefault
        : AptConf.isNo(value) ? Freshness.UNCHECKED : Freshness.CHECKED;
  }

  private static SignedBy signedBy(String value, String trusted) {
    if (!trusted.isEmpty() && !AptConf.isNo(trusted)) {
      return new SignedBy.Nobody();
    }
    if (value.contains("-----BEGIN")) {
      // In deb822 an empty line is written as one with a single dot, and every line is indented.
      return new SignedBy.Inline(
          value
              .strip()
              .lines()
              .map(String::strip)
              .map(line -> line.equals(".") ? "" : line)
              .collect(Collectors.joining("\n", "", "\n")));
    }
    List<String> names = words(value.replace(',', ' '));
    return names.isEmpty() ? new SignedBy.Anyone() : new SignedBy.Named(names);
  }

  private static List<String> items(Map<String, String> options, String name) {
    return Stream.of(options.getOrDefault(name, "").split(",", -1))
        .filter(item -> !item.isEmpty())
        .toList();
  }

  private static List<String> words(String value) {
    return Stream.of(value.split("\\s+", -1)).filter(word -> !word.isEmpty()).toList();
  }
}
