package io.microvisor.compose.rootfs;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The name of a systemd unit (systemd.unit(5), "DESCRIPTION"): `prefix.type`, an instance `prefix@instance.type` or a
/// template `prefix@.type`. An instance may have dots and further `@` in it.
///
/// @param prefix what stands before the first `@`
/// @param instance what stands behind it; empty for a template
/// @param type `service`, `socket` ...
record UnitName(String prefix, Optional<String> instance, String type) {
  private static final String TYPES =
      "service|socket|device|target|automount|mount|timer|path|slice|scope|swap";
  private static final Pattern FORM =
      Pattern.compile("([A-Za-z0-9:_.\\\\-]+)(?:@([A-Za-z0-9:_.\\\\@-]*))?\\.(" + TYPES + ")");
  private static final int LONGEST = 255;

  /// The kinds of names.
  enum Kind {
    PLAIN,
    TEMPLATE,
    INSTANCE
  }

  /// A name with its type; empty if it is none.
  static Optional<UnitName> of(String text) {
    Matcher matcher = FORM.matcher(text);
    return text.length() <= LONGEST && matcher.matches()
        ? Optional.of(
            new UnitName(matcher.group(1), Optional.ofNullable(matcher.group(2)), matcher.group(3)))
        : Optional.empty();
  }

  /// A name that may leave out `.service`.
  static Optional<UnitName> abbreviated(String text) {
    return of(text).or(() -> of(text + ".service"));
  }

  Kind kind() {
    return instance.isEmpty() ? Kind.PLAIN : template() ? Kind.TEMPLATE : Kind.INSTANCE;
  }

  private boolean template() {
    return instance.isPresent() && instance.get().isEmpty();
  }

  /// The template of an instance.
  UnitName withoutInstance() {
    return withInstance("");
  }

  /// An instance of the same template.
  UnitName withInstance(String other) {
    return new UnitName(prefix, Optional.of(other), type);
  }

  /// The name as systemd writes it.
  @Override
  public String toString() {
    return prefix + instance.map(text -> "@" + text).orElse("") + "." + type;
  }
}
