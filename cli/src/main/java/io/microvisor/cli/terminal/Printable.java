package io.microvisor.cli.terminal;

import java.util.regex.Pattern;

/// Text of others made fit for a terminal.
public final class Printable {
  /// Control sequences, control strings and escape sequences (ECMA-48, 5.4 to 5.6), in the forms of seven and of eight bits.
  private static final Pattern SEQUENCE =
      Pattern.compile(
          "(?:\u001b\\[|\u009b)[0-?]*[ -/]*[@-~]?"
              + "|(?:\u001b[P\\]X^_]|[\u0090\u0098\u009d-\u009f])[^\u0007\u001b\u009c]*(?:\u0007|\u009c|\u001b\\\\)?"
              + "|\u001b[ -/]*[0-~]?");

  private Printable() {}

  /// The text with control characters, which could move the cursor or worse, and invisible reordering marks as backslash and
  /// hexadecimal digits.
  public static String text(String foreign) {
    StringBuilder printable = new StringBuilder(foreign.length());
    foreign
        .codePoints()
        .forEach(c -> {
          if (isUnfit(c)) {
            printable.append(c < 0x100 ? "\\x%02x".formatted(c) : "\\u%04x".formatted(c));
          } else {
            printable.appendCodePoint(c);
          }
        });
    return printable.toString();
  }

  /// The same for text of several lines, whose ends and tabs stay. What is unfit is written as in JSON, so that a JSON text means
  /// the same as before.
  static String lines(String foreign) {
    if (foreign.codePoints().noneMatch(c -> isUnfit(c) && !isLayout(c))) {
      return foreign;
    }
    StringBuilder printable = new StringBuilder(foreign.length());
    foreign
        .codePoints()
        .forEach(c -> {
          if (isUnfit(c) && !isLayout(c)) {
            for (char unit : Character.toChars(c)) {
              printable.append("\\u%04x".formatted((int) unit));
            }
          } else {
            printable.appendCodePoint(c);
          }
        });
    return printable.toString();
  }

  /// What a console's line says, without the sequences that colour it and move the cursor.
  public static String withoutSequences(String line) {
    return SEQUENCE.matcher(line).replaceAll("");
  }

  private static boolean isUnfit(int c) {
    return Character.getType(c) == Character.FORMAT || Character.isISOControl(c);
  }

  private static boolean isLayout(int c) {
    return c == '\n' || c == '\t';
  }
}
