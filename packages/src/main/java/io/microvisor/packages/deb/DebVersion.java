package io.microvisor.packages.deb;

import io.microvisor.bytes.FormatException;

/// A Debian package version, `[epoch:]upstream[-revision]` (Debian Policy 5.6.12, deb-version(7)).
///
/// The order is dpkg's: epochs as numbers, then upstream, then revision. Each of those is read as alternating runs of
/// non-digits and digits; in a non-digit run `~` stands before the end of the text, the end before letters, and letters
/// before everything else; a digit run counts by its value.
///
/// Two versions of the same rank may be spelled differently (`1.0`, `0:1.00`, `1.0-0`): `compareTo` calls them the
/// same, `equals` compares the spelling, because file names and locks do.
public final class DebVersion implements Comparable<DebVersion> {
  private static final String FORMAT = "version";
  private static final int MAX_LENGTH = 1024;

  private final String text;
  private final int epoch;
  private final int upstreamFrom;
  private final int upstreamTo;

  private DebVersion(String text, int epoch, int upstreamFrom, int upstreamTo) {
    this.text = text;
    this.epoch = epoch;
    this.upstreamFrom = upstreamFrom;
    this.upstreamTo = upstreamTo;
  }

  /// A version from its text; white space around it does not count.
  ///
  /// @throws FormatException if it is empty, its epoch is not a number up to 2147483647, its upstream part does not
  ///     begin with a digit, its revision is empty, or a character is not allowed where it stands
  public static DebVersion parse(String given) throws FormatException {
    String text = given.strip();
    if (text.isEmpty()) {
      throw broken(given, 0, "is empty (expected: [epoch:]upstream[-revision])");
    }
    if (text.length() > MAX_LENGTH) {
      throw FormatException.damaged(
          FORMAT, MAX_LENGTH, text.length() + " characters (expected: at most " + MAX_LENGTH + ")");
    }
    int colon = text.indexOf(':');
    int epoch = colon < 0 ? 0 : epoch(text, colon);
    int from = colon + 1;
    int dash = text.lastIndexOf('-');
    int to = dash < from ? text.length() : dash;
    if (to == from) {
      throw broken(text, from, "nothing stands where the upstream version should");
    }
    if (dash >= from && dash == text.length() - 1) {
      throw broken(text, dash, "the revision is empty");
    }
    if (!digit(text.charAt(from))) {
      throw broken(text, from, "the upstream version does not begin with a digit");
    }
    for (int i = from; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean good =
          digit(c)
              || letter(c)
              || c == '.'
              || c == '+'
              || c == '~'
              || i < to && (c == '-' || c == ':');
      if (!good && i != to) {
        throw broken(text, i, "the character '" + c + "' is not allowed here");
      }
    }
    return new DebVersion(text, epoch, from, to);
  }

  private static int epoch(String text, int colon) throws FormatException {
    long epoch = 0;
    for (int i = 0; i < colon; i++) {
      char c = text.charAt(i);
      epoch = epoch * 10 + (c - '0');
      if (!digit(c) || epoch > Integer.MAX_VALUE) {
        throw broken(text, i, "the epoch is not a number from 0 to 2147483647");
      }
    }
    if (colon == 0) {
      throw broken(text, 0, "the epoch is empty");
    }
    return (int) epoch;
  }

  private static FormatException broken(String text, int position, String what) {
    return FormatException.damaged(FORMAT, position, "\"" + text + "\": " + what);
  }

  /// The epoch, 0 when none is written.
  public int epoch() {
    return epoch;
  }

  /// The upstream version.
  public String upstream() {
    return text.substring(upstreamFrom, upstreamTo);
  }

  /// The Debian revision, empty when there is none.
  public String revision() {
    return upstreamTo == text.length() ? "" : text.substring(upstreamTo + 1);
  }

  /// The version without its epoch, as file names spell it.
  public String withoutEpoch() {
    return text.substring(upstreamFrom);
  }

  @Override
  public int compareTo(DebVersion other) {
    if (epoch != other.epoch) {
      return Integer.compare(epoch, other.epoch);
    }
    if (text.equals(other.text)) {
      return 0;
    }
    int upstream =
        compare(text, upstreamFrom, upstreamTo, other.text, other.upstreamFrom, other.upstreamTo);
    return upstream != 0
        ? upstream
        : compare(
            text,
            Math.min(upstreamTo + 1, text.length()),
            text.length(),
            other.text,
            Math.min(other.upstreamTo + 1, other.text.length()),
            other.text.length());
  }

  /// dpkg's `verrevcmp` of `a[i, aTo)` and `b[j, bTo)`.
  private static int compare(String a, int i, int aTo, String b, int j, int bTo) {
    while (i < aTo || j < bTo) {
      while (i < aTo && !digit(a.charAt(i)) || j < bTo && !digit(b.charAt(j))) {
        int difference = rank(a, i, aTo) - rank(b, j, bTo);
        if (difference != 0) {
          return Integer.signum(difference);
        }
        i++;
        j++;
      }
      while (i < aTo && a.charAt(i) == '0') {
        i++;
      }
      while (j < bTo && b.charAt(j) == '0') {
        j++;
      }
      int first = 0;
      while (i < aTo && j < bTo && digit(a.charAt(i)) && digit(b.charAt(j))) {
        if (first == 0) {
          first = a.charAt(i) - b.charAt(j);
        }
        i++;
        j++;
      }
      if (i < aTo && digit(a.charAt(i))) {
        return 1;
      }
      if (j < bTo && digit(b.charAt(j))) {
        return -1;
      }
      if (first != 0) {
        return Integer.signum(first);
      }
    }
    return 0;
  }

  private static int rank(String text, int at, int to) {
    if (at >= to || digit(text.charAt(at))) {
      return 0;
    }
    char c = text.charAt(at);
    if (c == '~') {
      return -1;
    }
    return letter(c) ? c : c + 256;
  }

  private static boolean digit(char c) {
    return c >= '0' && c <= '9';
  }

  private static boolean letter(char c) {
    return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof DebVersion that && text.equals(that.text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  /// The version as it was written.
  @Override
  public String toString() {
    return text;
  }
}
