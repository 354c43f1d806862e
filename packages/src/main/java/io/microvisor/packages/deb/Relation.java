package io.microvisor.packages.deb;

/// One alternative of a relationship: `name[:qualifier] [(operator version)]`.
///
/// @param name the package's name, real or virtual
/// @param qualifier `any`, `native`, an architecture, or empty when none is written
/// @param versions which versions are meant
public record Relation(String name, String qualifier, Versions versions) {
  /// Which versions a relationship means.
  public sealed interface Versions {
    /// Whether `version` is one of them.
    boolean admit(DebVersion version);

    /// Every version, known or not.
    record Every() implements Versions {
      @Override
      public boolean admit(DebVersion version) {
        return true;
      }
    }

    /// Those standing in some order to a bound.
    record Bounded(Operator operator, DebVersion bound) implements Versions {
      @Override
      public boolean admit(DebVersion version) {
        return operator.holds(version.compareTo(bound));
      }
    }
  }

  /// The operators of Debian Policy 7.1.
  public enum Operator {
    /// `<<`.
    EARLIER("<<"),
    /// `<=`; also the deprecated `<`.
    EARLIER_OR_EQUAL("<="),
    /// `=`.
    EQUAL("="),
    /// `>=`; also the deprecated `>`.
    LATER_OR_EQUAL(">="),
    /// `>>`.
    LATER(">>");

    private final String sign;

    Operator(String sign) {
      this.sign = sign;
    }

    /// How the operator is written.
    public String sign() {
      return sign;
    }

    private boolean holds(int comparison) {
      return switch (this) {
        case EARLIER -> comparison < 0;
        case EARLIER_OR_EQUAL -> comparison <= 0;
        case EQUAL -> comparison == 0;
        case LATER_OR_EQUAL -> comparison >= 0;
        case LATER -> comparison > 0;
      };
    }
  }

  /// The relationship as Debian writes it, in normal spacing.
  @Override
  public String toString() {
    String subject = qualifier.isEmpty() ? name : name + ":" + qualifier;
    return switch (versions) {
      case Versions.Every _ -> subject;
      case Versions.Bounded(Operator operator, DebVersion bound) ->
          subject + " (" + operator.sign() + " " + bound + ")";
    };
  }
}
