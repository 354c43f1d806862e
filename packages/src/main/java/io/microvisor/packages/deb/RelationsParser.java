package io.microvisor.packages.deb;

import io.microvisor.bytes.FormatException;
import java.util.ArrayList;
import java.util.List;

/// Reads `clause, clause, ...` with `clause = relation | relation | ...`.
final class RelationsParser {
  private static final String FORMAT = "relationship";
  private static final Relation.Versions EVERY = new Relation.Versions.Every();

  private final String text;
  private int at;

  RelationsParser(String text) {
    this.text = text;
  }

  List<List<Relation>> clauses() throws FormatException {
    List<List<Relation>> clauses = new ArrayList<>();
    for (skipSpace(); at < text.length(); skipSpace()) {
      // An empty clause, as a trailing comma leaves behind, is what dpkg's own tools tolerate.
      if (text.charAt(at) == ',') {
        at++;
        continue;
      }
      clauses.add(alternatives());
    }
    return List.copyOf(clauses);
  }

  private List<Relation> alternatives() throws FormatException {
    Relation first = relation();
    if (end()) {
      return List.of(first);
    }
    List<Relation> alternatives = new ArrayList<>();
    alternatives.add(first);
    do {
      alternatives.add(relation());
    } while (!end());
    return List.copyOf(alternatives);
  }

  /// Whether the clause ends here; otherwise the `|` is behind us.
  private boolean end() throws FormatException {
    skipSpace();
    if (at == text.length()) {
      return true;
    }
    char c = text.charAt(at);
    if (c == ',') {
      at++;
      return true;
    }
    if (c == '|') {
      at++;
      return false;
    }
    throw switch (c) {
      case '[' -> broken("architectures are restricted (expected: only in source packages)");
      case '<' -> broken("build profiles are restricted (expected: only in source packages)");
      default -> broken("found '" + c + "' (expected: ',' or '|' or the end)");
    };
  }

  private Relation relation() throws FormatException {
    skipSpace();
    String name = word("a package name");
    String qualifier = "";
    if (at < text.length() && text.charAt(at) == ':') {
      at++;
      qualifier = word("any, native or an architecture").intern();
    }
    skipSpace();
    if (at == text.length() || text.charAt(at) != '(') {
      return new Relation(name.intern(), qualifier, EVERY);
    }
    at++;
    skipSpace();
    Relation.Operator operator = operator();
    int close = text.indexOf(')', at);
    if (close < 0) {
      throw broken("the parenthesis is not closed");
    }
    DebVersion bound;
    try {
      bound = DebVersion.parse(text.substring(at, close));
    } catch (FormatException e) {
      throw broken(name + ": " + e.getMessage());
    }
    at = close + 1;
    return new Relation(name.intern(), qualifier, new Relation.Versions.Bounded(operator, bound));
  }

  private Relation.Operator operator() throws FormatException {
    int from = at;
    while (at < text.length() && "<>=".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
    return switch (text.substring(from, at)) {
      case "<<" -> Relation.Operator.EARLIER;
      case "<=", "<" -> Relation.Operator.EARLIER_OR_EQUAL;
      case "=", "" -> Relation.Operator.EQUAL;
      case ">=", ">" -> Relation.Operator.LATER_OR_EQUAL;
      case ">>" -> Relation.Operator.LATER;
      default -> throw broken("\"" + text.substring(from, at) + "\" (expected: << <= = >= >>)");
    };
  }

  private String word(String expected) throws FormatException {
    int from = at;
    while (at < text.length() && ofWord(text.charAt(at))) {
      at++;
    }
    if (from == at || !letterOrDigit(text.charAt(from))) {
      String found = from == text.length() ? "the end" : "'" + text.charAt(from) + "'";
      throw broken("found " + found + " (expected: " + expected + ")");
    }
    return text.substring(from, at);
  }

  private static boolean ofWord(char c) {
    return letterOrDigit(c) || c == '-' || c == '+' || c == '.' || c == '_';
  }

  private static boolean letterOrDigit(char c) {
    return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c >= 'A' && c <= 'Z';
  }

  private void skipSpace() {
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
  }

  private FormatException broken(String what) {
    String shown = text.length() <= 80 ? text : text.substring(0, 77) + "...";
    return FormatException.damaged(FORMAT, at, "\"" + shown + "\": " + what);
  }
}
