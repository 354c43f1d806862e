package io.microvisor.bytes;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A number of bytes, as people write it: `512MiB`, `4 GiB`, `2GB`, `4096`.
///
/// @param bytes the number, at least 0
public record ByteSize(long bytes) implements Comparable<ByteSize> {
  private static final Pattern TEXT =
      Pattern.compile("(\\d{1,18})\\s*([KMGT]?i?B?|[KMGT])", Pattern.CASE_INSENSITIVE);
  private static final String UNITS = "KMGT";

  public ByteSize {
    if (bytes < 0) {
      throw new IllegalArgumentException("size: " + bytes + " (expected: >= 0)");
    }
  }

  /// A number of mebibytes (2^20 bytes).
  public static ByteSize ofMebibytes(long mebibytes) {
    return new ByteSize(Math.multiplyExact(mebibytes, 1L << 20));
  }

  /// Parses a whole number with an optional unit: B, KiB, MiB, GiB, TiB (powers of 1024), KB, MB, GB, TB (powers of
  /// 1000), or K, M, G, T (powers of 1024, as disk tools read them).
  ///
  /// @throws IllegalArgumentException if the text is anything else or exceeds 2^63 - 1 bytes
  public static ByteSize parse(String text) {
    Matcher matcher = TEXT.matcher(text.strip());
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "size: \"" + text + "\" (expected: a whole number and a unit, such as 512MiB)");
    }
    String unit = matcher.group(2).toUpperCase(Locale.ROOT);
    int power = unit.isEmpty() ? 0 : UNITS.indexOf(unit.charAt(0)) + 1;
    boolean decimal = unit.length() == 2 && power > 0 && unit.endsWith("B");
    try {
      long factor = 1;
      for (int i = 0; i < power; i++) {
        factor = Math.multiplyExact(factor, decimal ? 1000 : 1024);
      }
      return new ByteSize(Math.multiplyExact(Long.parseLong(matcher.group(1)), factor));
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException("size: \"" + text + "\" (expected: less than 8 EiB)", e);
    }
  }

  /// This size rounded up to a multiple of `alignment` bytes.
  public ByteSize alignUp(long alignment) {
    return new ByteSize(Math.multiplyExact(Math.ceilDiv(bytes, alignment), alignment));
  }

  @Override
  public int compareTo(ByteSize other) {
    return Long.compare(bytes, other.bytes);
  }

  /// The size in the largest binary unit that leaves it at least 1, with one decimal place where it is not whole.
  @Override
  public String toString() {
    if (bytes < 1024) {
      return bytes + " B";
    }
    int power = Math.min(UNITS.length(), (63 - Long.numberOfLeadingZeros(bytes)) / 10);
    double value = bytes / Math.pow(1024, power);
    String number =
        value == Math.rint(value)
            ? Long.toString((long) value)
            : String.format(Locale.ROOT, "%.1f", value);
    return number + " " + UNITS.charAt(power - 1) + "iB";
  }
}
