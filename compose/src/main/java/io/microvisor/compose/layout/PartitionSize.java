package io.microvisor.compose.layout;

import io.microvisor.bytes.ByteSize;

/// How large a partition is.
public sealed interface PartitionSize {
  /// The smallest that it may be.
  ByteSize least();

  /// That large, on every disk.
  record Exactly(ByteSize least) implements PartitionSize {}

  /// That large or larger: it takes what the others leave of the disk.
  record AtLeast(ByteSize least) implements PartitionSize {}
}
