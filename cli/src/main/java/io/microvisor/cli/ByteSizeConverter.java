package io.microvisor.cli;

import io.microvisor.bytes.ByteSize;
import picocli.CommandLine.ITypeConverter;

/// Sizes as options.
final class ByteSizeConverter implements ITypeConverter<ByteSize> {
  @Override
  public ByteSize convert(String text) {
    return ByteSize.parse(text);
  }
}
