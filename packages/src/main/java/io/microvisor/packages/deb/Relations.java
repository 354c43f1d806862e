package io.microvisor.packages.deb;

import io.microvisor.bytes.FormatException;
import java.io.UncheckedIOException;
import java.util.List;

/// The value of a relationship field, such as `Depends: a | b (>= 2), c` (Debian Policy 7.1): clauses which all must
/// hold, each a list of alternatives of which one must.
///
/// An index holds half a million relationships, a build looks at some thousands of them: the text is kept and read when
/// first asked for.
public final class Relations {
  /// No relationship at all.
  public static final Relations NONE = new Relations("");

  private final String text;
  // Empty until read, which happens once or, in a race, twice with the same outcome.
  private volatile List<List<Relation>> clauses;

  private Relations(String text) {
    this.text = text;
    this.clauses = List.of();
  }

  /// Relationships to be read when first asked for.
  ///
  /// @param text the field's value, folded or not
  public static Relations of(String text) {
    return text.isBlank() ? NONE : new Relations(text);
  }

  /// Relationships read now.
  ///
  /// @throws FormatException if the text is not what Debian Policy 7.1 allows in a binary package: restrictions to
  ///     architectures (`[amd64]`) and build profiles (`<!nocheck>`) belong to sources and are refused, as dpkg does
  public static Relations parse(String text) throws FormatException {
    Relations relations = of(text);
    relations.clauses = new RelationsParser(text).clauses();
    return relations;
  }

  /// The clauses, each a non-empty list of alternatives in the order of preference.
  ///
  /// @throws UncheckedIOException with a [FormatException] if the text cannot be read
  public List<List<Relation>> clauses() {
    List<List<Relation>> known = clauses;
    if (known.isEmpty() && !text.isEmpty()) {
      try {
        known = new RelationsParser(text).clauses();
      } catch (FormatException e) {
        throw new UncheckedIOException(e.getMessage(), e);
      }
      clauses = known;
    }
    return known;
  }

  /// Whether there is no clause.
  public boolean isEmpty() {
    return text.isEmpty();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Relations that && text.equals(that.text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  /// The field's value as it was given.
  @Override
  public String toString() {
    return text;
  }
}
