package io.microvisor.compose.rootfs;

import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/// What preset files say of units (systemd.preset(5)), applied as `systemctl --root preset` does.
///
/// Packages' scripts had their say when they were configured, so that a preset file of a package changes nothing afterwards. One
/// that the template adds does: for each unit of which it has the first word.
public final class UnitPresets {
  private static final List<String> FOLDERS =
      List.of(
          "etc/systemd/system-preset/",
          "usr/local/lib/systemd/system-preset/",
          "usr/lib/systemd/system-preset/");
  private static final String SUFFIX = ".preset";

  private final RootEditor root;
  private final UnitLinks links;
  private final UnitSearch search;

  private enum Verb {
    ENABLE,
    DISABLE,
    IGNORE
  }

  /// A line.
  ///
  /// @param instances of a template, which are meant instead of it
  /// @param wanted whether its file is one of those that are asked for
  private record Rule(Verb verb, String pattern, List<String> instances, boolean wanted) {
    boolean says(UnitName unit) {
      boolean named = glob(pattern).matcher(unit.toString()).matches();
      return named
          || unit.kind() == UnitName.Kind.INSTANCE
              && instances.contains(unit.instance().orElseThrow())
              && glob(pattern).matcher(unit.withoutInstance().toString()).matches();
    }
  }

  /// Presets of a root.
  public UnitPresets(RootEditor root, UnitLinks links) {
    this.root = root;
    this.links = links;
    this.search = new UnitSearch(root);
  }

  /// Whether a file at this path, from the root, would be one.
  static boolean isPreset(String path) {
    return FOLDERS.stream()
        .anyMatch(folder ->
            path.startsWith(folder)
                && path.endsWith(SUFFIX)
                && path.indexOf('/', folder.length()) < 0);
  }

  /// Enables and disables each unit of which a file that is `wanted` has the first word, those to be disabled first.
  ///
  /// @param wanted says of a path, from the root, whether it counts; the others are asked before it all the same
  public void apply(Predicate<String> wanted) throws IOException {
    List<Rule> rules = rules(wanted);
    List<String> enable = new ArrayList<>();
    List<String> disable = new ArrayList<>();
    for (String text : search.names()) {
      UnitName name = UnitName.of(text).orElseThrow();
      boolean itself =
          search.find(name) instanceof UnitSearch.Found.Unit found && found.name().equals(name);
      Optional<Rule> first = rules.stream().filter(rule -> rule.says(name)).findFirst();
      if (itself && first.isPresent() && first.get().wanted()) {
        switch (first.get().verb()) {
          case ENABLE -> enable.addAll(instances(name, first.get()));
          case DISABLE -> disable.add(text);
          case IGNORE -> {}
        }
      }
    }
    for (String unit : disable) {
      links.disableAlone(unit);
    }
    for (String unit : enable) {
      // What is wrong with a unit of a package is no fault of a template that says "enable *".
      List<String> _ = links.enable(unit);
    }
  }

  private static List<String> instances(UnitName name, Rule rule) {
    return name.kind() == UnitName.Kind.TEMPLATE && !rule.instances().isEmpty()
        ? rule.instances().stream().map(each -> name.withInstance(each).toString()).toList()
        : List.of(name.toString());
  }

  /// In order of file name; of two files with one name, the first folder's counts.
  private List<Rule> rules(Predicate<String> wanted) throws IOException {
    TreeMap<String, String> files = new TreeMap<>();
    for (String folder : FOLDERS) {
      for (FileTree.Entry entry : root.children(folder)) {
        boolean directory = entry.inode() instanceof Inode.Directory;
        if (!directory && entry.path().name().endsWith(SUFFIX)) {
          files.putIfAbsent(entry.path().name(), entry.path().toString());
        }
      }
    }
    List<Rule> rules = new ArrayList<>();
    for (String file : files.values()) {
      for (String raw : root.text(file).orElse("").lines().toList()) {
        List<String> words = List.of(raw.strip().split("\\s+"));
        if (words.size() > 1 && !words.getFirst().matches("[#;].*")) {
          verb(words.getFirst())
              .ifPresent(verb ->
                  rules.add(
                      new Rule(
                          verb,
                          words.get(1),
                          verb == Verb.ENABLE ? words.subList(2, words.size()) : List.of(),
                          wanted.test(file))));
        }
      }
    }
    return rules;
  }

  private static Optional<Verb> verb(String word) {
    return switch (word) {
      case "enable" -> Optional.of(Verb.ENABLE);
      case "disable" -> Optional.of(Verb.DISABLE);
      case "ignore" -> Optional.of(Verb.IGNORE);
      default -> Optional.empty();
    };
  }

  /// A pattern as fnmatch(3) reads it, without escapes.
  private static Pattern glob(String glob) {
    StringBuilder regex = new StringBuilder();
    for (int i = 0; i < glob.length(); i++) {
      char letter = glob.charAt(i);
      int end = letter == '[' ? glob.indexOf(']', i + 2) : -1;
      if (letter == '*') {
        regex.append(".*");
      } else if (letter == '?') {
        regex.append('.');
      } else if (end > 0) {
        String inside = glob.substring(i + 1, end).replace("\\", "\\\\").replace("[", "\\[");
        boolean negated = inside.startsWith("!") || inside.startsWith("^");
        regex.append(negated ? "[^" : "[");
        regex.append(negated ? inside.substring(1) : inside).append(']');
        i = end;
      } else {
        regex.append(Pattern.quote(String.valueOf(letter)));
      }
    }
    return Pattern.compile(regex.toString());
  }
}
