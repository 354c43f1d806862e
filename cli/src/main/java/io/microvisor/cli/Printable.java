package io.microvisor.cli;

/// Text of others made fit for a terminal.
final class Printable {
  private Printable() {}

  /// The text with control characters, which could move the cursor or worse, and invisible reordering marks as backslash and
  /// hexadecimal digits.
  static String text(String foreign) {
    StringBuilder printable = new StringBuilder(foreign.length());
    foreign
        .codePoints()
        .forEach(c -> {
          if (Character.getType(c) == Character.FORMAT || Character.isISOControl(c)) {
            printable.append(c < 0x100 ? "\\x%02x".formatted(c) : "\\u%04x".formatted(c));
          } else {
            printable.appendCodePoint(c);
          }
        });
    return printable.toString();
  }
}
