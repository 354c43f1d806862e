package io.microvisor.cli.terminal;

import io.microvisor.bytes.ByteSize;
import picocli.CommandLine.ITypeConverter;

/// Sizes as options.
public final class ByteSizeConverter implements ITypeConverter<ByteSize> {
  @Override
  public ByteSize convert(String text) {
    return ByteSize.parse(text);
  }
}
