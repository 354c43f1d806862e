package io.microvisor.packages.repository;

import io.microvisor.bytes.Logins;
import java.net.URI;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// A mirror list of apt-transport-mirror(1): an address a line, with `key:value` words behind it that say what the
/// mirror is for (`arch`, `codename`, `suite`, `component`, `type`), or when to ask it (`priority`, the lowest first,
/// those without last). Where apt chooses at random, the list's order decides here.
///
/// @param mirrors in the order in which to ask them
/// @param notes what was left out, and why
record MirrorList(List<Mirror> mirrors, List<String> notes) {
  /// What is to be fetched.
  enum Use {
    /// An index or Release file.
    INDEX,
    /// A package.
    DEB
  }

  MirrorList {
    mirrors = List.copyOf(mirrors);
    notes = List.copyOf(notes);
  }

  /// One mirror and what it is for; a key that is not there allows all.
  record Mirror(URI address, int priority, Map<String, Set<String>> only) {
    boolean serves(RepositorySpec spec, Use use) {
      return allows("type", List.of(use.name().toLowerCase(Locale.ROOT)))
          && allows("arch", List.of(spec.architecture()))
          && allowsSuite(spec.suite())
          && (spec.components().isEmpty() || allows("component", spec.components()));
    }

    /// Which of its two names a repository was asked for by is not known here.
    private boolean allowsSuite(String name) {
      Set<String> allowed = new HashSet<>(only.getOrDefault("suite", Set.of()));
      allowed.addAll(only.getOrDefault("codename", Set.of()));
      return allowed.isEmpty() || allowed.contains(name);
    }

    private boolean allows(String key, List<String> values) {
      Set<String> allowed = only.getOrDefault(key, Set.of());
      return allowed.isEmpty() || allowed.containsAll(values);
    }
  }

  /// Reads a list.
  ///
  /// @param subject the list's address, for notes
  /// @param local whether it is of this machine; only then may it name files
  static MirrorList parse(String subject, String text, boolean local) {
    List<Mirror> mirrors = new ArrayList<>();
    List<String> notes = new ArrayList<>();
    List<String> lines = text.lines().toList();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      if (line.isEmpty() || line.startsWith("#")) {
        continue;
      }
      String[] words = line.split("\\s+", -1);
      try {
        URI address = RepositorySpec.folder(URI.create(words[0].replaceFirst("^copy:", "file:")));
        String scheme = String.valueOf(address.getScheme());
        boolean web =
            (scheme.equals("http") || scheme.equals("https")) && address.getHost() != null;
        if (!web && !(local && scheme.equals("file"))) {
          throw new IllegalArgumentException(
              "a mirror at "
                  + Logins.hiddenInRefused(words[0])
                  + " (expected: http or https"
                  + (local ? ", or file)" : ")"));
        }
        mirrors.add(mirror(address, words));
      } catch (IllegalArgumentException e) {
        notes.add(
            "%s:%d: left out: %s"
                .formatted(subject, i + 1, Logins.hiddenInRefused(String.valueOf(e.getMessage()))));
      }
    }
    mirrors.sort(Comparator.comparingInt(Mirror::priority)); // Stable.
    return new MirrorList(mirrors, notes);
  }

  private static Mirror mirror(URI address, String[] words) {
    Map<String, Set<String>> only = new HashMap<>();
    int priority = Integer.MAX_VALUE;
    for (int i = 1; i < words.length; i++) {
      int colon = words[i].indexOf(':');
      if (colon < 0) {
        throw new IllegalArgumentException(words[i] + " (expected: key:value)");
      }
      String key = words[i].substring(0, colon);
      String value = words[i].substring(colon + 1);
      if (key.equals("priority")) {
        try {
          priority = Integer.parseInt(value);
        } catch (NumberFormatException e) {
          throw new IllegalArgumentException("priority:" + value + " (expected: a number)", e);
        }
      } else {
        only.computeIfAbsent(key, _ -> new HashSet<>()).add(value);
      }
    }
    return new Mirror(address, priority, only);
  }
}
