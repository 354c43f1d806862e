package io.microvisor.packages.repository;

import io.microvisor.bytes.FormatException;
import io.microvisor.packages.deb.ControlStanza;
import io.microvisor.packages.repository.AptEntry.SignedBy;
import io.microvisor.packages.repository.RepositorySpec.Freshness;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Reads both forms of sources.list(5) and collects the enabled entries for binary packages.
final class SourcesReader {
  private static final Pattern LINE =
      Pattern.compile("deb\\s+(?:\\[(?<options>[^\\]]*)\\]\\s*)?(?<uri>\\S+)\\s+(?<rest>.*)");

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
      String line = lines.get(i).replaceFirst("#.*", "").strip();
      String place = file + ":" + (i + 1);
      if (line.isEmpty() || line.startsWith("deb-src")) {
        continue;
      }
      Matcher parts = LINE.matcher(line);
      if (!parts.matches()) {
        notes.add(place + ": left out: \"" + line + "\" (expected: deb URI SUITE COMPONENT...)");
        continue;
      }
      Map<String, String> options = options(parts.group("options"));
      List<String> rest = words(parts.group("rest"));
      entries.add(
          new AptEntry(
              place,
              List.of(parts.group("uri")),
              rest.stream().limit(1).toList(),
              rest.stream().skip(1).toList(),
              Stream.of(options.getOrDefault("arch", "").split(","))
                  .filter(arch -> !arch.isEmpty())
                  .toList(),
              signedBy(
                  options.getOrDefault("signed-by", "").replace(',', ' '),
                  options.getOrDefault("trusted", "")),
              freshness(options.getOrDefault("check-valid-until", ""))));
    }
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
      boolean enabled = !AptConf.isNo(stanza.text("Enabled"));
      if (!enabled || !words(stanza.text("Types")).contains("deb")) {
        continue;
      }
      String place = file + ":" + stanza.line();
      List<String> uris = words(stanza.text("URIs"));
      List<String> suites = words(stanza.text("Suites"));
      if (uris.isEmpty() || suites.isEmpty()) {
        notes.add(place + ": left out: no URIs or no Suites (expected: both)");
        continue;
      }
      entries.add(
          new AptEntry(
              place,
              uris,
              suites,
              words(stanza.text("Components")),
              words(stanza.text("Architectures")),
              signedBy(stanza.text("Signed-By"), stanza.text("Trusted")),
              freshness(stanza.text("Check-Valid-Until"))));
    }
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
    List<String> names = words(value);
    return names.isEmpty() ? new SignedBy.Anyone() : new SignedBy.Named(names);
  }

  private static Map<String, String> options(@Nullable String text) {
    Map<String, String> options = new LinkedHashMap<>();
    for (String option : words(text == null ? "" : text)) {
      int equals = option.indexOf('=');
      if (equals > 0) {
        String name = option.substring(0, equals).toLowerCase(Locale.ROOT);
        String plain = name.replaceFirst("[+-]$", "");
        options.merge(
            plain, option.substring(equals + 1), (a, b) -> plain.equals(name) ? b : a + "," + b);
      }
    }
    return options;
  }

  private static List<String> words(String value) {
    return Stream.of(value.split("\\s+")).filter(word -> !word.isEmpty()).toList();
  }
}
