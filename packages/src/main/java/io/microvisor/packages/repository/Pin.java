package io.microvisor.packages.repository;

import io.microvisor.packages.deb.Glob;
import java.util.List;

/// One record of preferences (apt_preferences(5)): which versions of which packages have which priority.
///
/// @param packages names and patterns; a pattern that begins with `src:` is one of source packages. A single `*` makes
///     the record a general one, which counts only where no specific one does
/// @param target which versions it is about
/// @param priority from -32768 to 32767, but not 0; below 0 the version is never taken
public record Pin(List<String> packages, Target target, int priority) {
  private static final String SOURCE = "src:";

  public Pin {
    packages = List.copyOf(packages);
    if (packages.isEmpty() || priority == 0 || priority != (short) priority) {
      throw new IllegalArgumentException(
          "pin of %s: priority %d (expected: a package, and -32768 to 32767 but not 0)"
              .formatted(packages, priority));
    }
  }

  /// Which versions a record is about.
  public sealed interface Target {
    /// Those spelt like this (`Pin: version`).
    record Version(Glob version) implements Target {}

    /// Those of archives at a host (`Pin: origin`); the empty host is this machine.
    record Site(Glob host) implements Target {}

    /// Those of archives whose Release file says so (`Pin: release`).
    ///
    /// @param conditions all of which must be met; none means every archive
    record Release(List<Condition> conditions) implements Target {
      public Release {
        conditions = List.copyOf(conditions);
      }
    }
  }

  /// What a Release file must say.
  public record Condition(Field field, Glob value) {}

  /// The fields of a Release file that a record may ask for.
  public enum Field {
    /// `Suite` or `Codename`, as apt's `release trixie`.
    SUITE,
    /// `Origin`, apt's `o=`.
    ORIGIN,
    /// `Label`, apt's `l=`.
    LABEL,
    /// The component, apt's `c=`.
    COMPONENT,
    /// `Version`, apt's `v=`.
    VERSION
  }

  /// Whether it counts only where no specific record does.
  public boolean isGeneral() {
    return packages.equals(List.of("*"));
  }

  /// Whether it is about packages of a name, from a source package.
  boolean names(String name, String source) {
    for (String each : packages) {
      boolean matches =
          each.startsWith(SOURCE)
              ? Glob.of(each.substring(SOURCE.length())).matches(source)
              : Glob.of(each).matches(name);
      if (matches) {
        return true;
      }
    }
    return false;
  }
}
