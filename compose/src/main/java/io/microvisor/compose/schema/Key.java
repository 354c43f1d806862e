package io.microvisor.compose.schema;

/// One key of the vocabulary.
///
/// @param name the key itself
/// @param shape the type of its value
/// @param origin whose word it is
/// @param status how far its feature is
/// @param required whether the effective template must have it (when its block is there)
/// @param fallback the value when nobody states it, as one would write it; empty for none
/// @param merge how a child's value meets an inherited one
/// @param since the first release that knows the key
/// @param description one sentence or a few, for the reference and for editors
public record Key(
    String name,
    Shape shape,
    Origin origin,
    Status status,
    boolean required,
    String fallback,
    Merge merge,
    String since,
    String description) {

  /// Whose word a key is.
  public enum Origin {
    /// Image Composer Tool's, with its meaning.
    ICT,
    /// Ours.
    EMT
  }

  /// How the value of a template that extends another meets the inherited one.
  public enum Merge {
    /// It takes its place.
    REPLACE("replaces what is inherited"),
    /// Each key on its own.
    FIELDS("key by key"),
    /// Inherited entries first, then new ones; `-entry` removes an inherited one.
    UNION("adds to what is inherited; `-entry` removes"),
    /// Inherited entries first, then all new ones.
    APPEND("is added to what is inherited"),
    /// Blocks with the same `name` are joined key by key, others added.
    BY_NAME("is joined by `name`"),
    /// A block with the same `final` replaces the inherited one, others are added.
    BY_FINAL("replaces an inherited entry of the same `final`"),
    /// A block with the same `path` replaces the inherited one, others are added.
    BY_PATH("replaces an inherited entry of the same `path`");

    private final String words;

    Merge(String words) {
      this.words = words;
    }

    /// The rule, to follow "In a template that extends another, the value".
    public String words() {
      return words;
    }
  }

  static Key ict(String name, Shape shape, String description) {
    return of(name, shape, Origin.ICT, description);
  }

  static Key emt(String name, Shape shape, String description) {
    return of(name, shape, Origin.EMT, description);
  }

  private static Key of(String name, Shape shape, Origin origin, String description) {
    Merge merge =
        shape instanceof Shape.Block || shape instanceof Shape.Named ? Merge.FIELDS : Merge.REPLACE;
    return new Key(name, shape, origin, Status.BUILT, false, "", merge, "0.1", description);
  }

  Key must() {
    return new Key(name, shape, origin, status, true, fallback, merge, since, description);
  }

  Key otherwise(String value) {
    return new Key(name, shape, origin, status, required, value, merge, since, description);
  }

  Key merged(Merge rule) {
    return new Key(name, shape, origin, status, required, fallback, rule, since, description);
  }

  Key notBuilt() {
    return with(Status.NOT_BUILT);
  }

  Key note() {
    return with(Status.NOTE);
  }

  private Key with(Status changed) {
    return new Key(name, shape, origin, changed, required, fallback, merge, since, description);
  }
}
