package io.microvisor.cli.terminal;

import io.microvisor.bytes.ByteSize;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// Sizes as options. They need a unit: `--max-size 20` would otherwise mean 20 bytes, and hardly anybody means that.
public abstract class ByteSizeConverter implements ITypeConverter<ByteSize> {
  private final ByteSize least;
  private final String example;

  /// @param least the smallest size that is of use
  /// @param example a size as one would give it to this option
  protected ByteSizeConverter(ByteSize least, String example) {
    this.least = least;
    this.example = example;
  }

  @Override
  public final ByteSize convert(String text) {
    if (text.matches("\\s*\\d+\\s*")) {
      throw new TypeConversionException(
          "\"%s\" has no unit (expected: a whole number and a unit, such as %s)"
              .formatted(text, example));
    }
    ByteSize size;
    try {
      size = ByteSize.parse(text);
    } catch (IllegalArgumentException _) {
      throw new TypeConversionException(
          "\"%s\" (expected: a whole number and a unit, such as %s)".formatted(text, example));
    }
    if (size.compareTo(least) < 0) {
      throw new TypeConversionException(
          "%s (expected: at least %s, such as %s)".formatted(size, least, example));
    }
    return size;
  }
}
