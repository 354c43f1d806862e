package io.microvisor.packages.repository;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// The words of a line of sources.list(5): separated by blanks, except inside `"..."`; options stand in `[...]`.
final class SourcesLine {
  private SourcesLine() {}

  /// The words, an option block as one word with its brackets; nothing if a quote or bracket is not closed.
  static Optional<List<String>> words(String line) {
    List<String> words = new ArrayList<>();
    for (int at = 0; at < line.length(); ) {
      if (Character.isWhitespace(line.charAt(at))) {
        at++;
        continue;
      }
      if (words.size() == 1 && line.charAt(at) == '[') {
        int end = line.indexOf(']', at);
        if (end < 0) {
          return Optional.empty();
        }
        words.add(line.substring(at, end + 1));
        at = end + 1;
        continue;
      }
      StringBuilder word = new StringBuilder();
      while (at < line.length() && !Character.isWhitespace(line.charAt(at))) {
        char c = line.charAt(at);
        char close = c == '"' ? '"' : c == '[' ? ']' : 0;
        int end = close == 0 ? at : line.indexOf(close, at + 1);
        if (end < 0) {
          return Optional.empty();
        }
        word.append(close == '"' ? line.substring(at + 1, end) : line.substring(at, end + 1));
        at = end + 1;
      }
      words.add(word.toString());
    }
    return Optional.of(words);
  }

  /// The options in a block, by name in lower case, `+` or `-` at its end kept; nothing if one has no `=`.
  static Optional<Map<String, String>> options(String block) {
    Map<String, String> options = new LinkedHashMap<>();
    for (String option : words(block).orElse(List.of())) {
      int equals = option.indexOf('=');
      if (equals <= 0) {
        return Optional.empty();
      }
      options.put(
          option.substring(0, equals).toLowerCase(Locale.ROOT), option.substring(equals + 1));
    }
    return Optional.of(options);
  }
}
