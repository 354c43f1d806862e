package io.microvisor.bytes;

import java.io.IOException;
import java.util.OptionalLong;

/// Bytes that cannot be read as what they should be, with which of three ways they are wrong.
public final class FormatException extends IOException {
  private static final long serialVersionUID = 1;

  /// The three ways to be wrong.
  public enum Kind {
    /// These bytes were never meant to be this format.
    NOT_THIS_FORMAT,
    /// They were, but something is broken: a checksum, a truncation, a contradiction.
    DAMAGED,
    /// They are sound, but use what this toolkit does not understand.
    UNSUPPORTED
  }

  private final Kind kind;
  private final long position;

  private FormatException(Kind kind, long position, String message) {
    super(message);
    this.kind = kind;
    this.position = position;
  }

  /// `not a <format>: <what>`.
  ///
  /// @param what what was found and, in parentheses, what was expected
  public static FormatException notThis(String format, String what) {
    return new FormatException(Kind.NOT_THIS_FORMAT, -1, "not a " + format + ": " + what);
  }

  /// `damaged <format>: <what> at byte <position>`.
  ///
  /// @param position where, in bytes from the beginning of the whole
  public static FormatException damaged(String format, long position, String what) {
    return new FormatException(
        Kind.DAMAGED, position, "damaged " + format + ": at byte " + position + ": " + what);
  }

  /// `unsupported <format>: <what>`.
  ///
  /// @param position where, in bytes from the beginning of the whole
  public static FormatException unsupported(String format, long position, String what) {
    return new FormatException(
        Kind.UNSUPPORTED,
        position,
        "unsupported " + format + ": at byte " + position + ": " + what);
  }

  /// In which way the bytes are wrong.
  public Kind kind() {
    return kind;
  }

  /// Where, in bytes from the beginning of the whole, when one place can be named.
  public OptionalLong position() {
    return position < 0 ? OptionalLong.empty() : OptionalLong.of(position);
  }
}
