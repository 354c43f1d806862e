package io.microvisor.compose.layout;

import io.microvisor.bytes.ByteSize;

/// The size of a whole disk image.
public sealed interface ImageSize {
  /// As large as the partitions need.
  record Fitting() implements ImageSize {}

  /// This large: at least what the partitions need.
  record Exactly(ByteSize size) implements ImageSize {}
}
