package io.microvisor.compose.layout;

import io.microvisor.bytes.Digest;
import io.microvisor.bytes.Guid;

/// Where a partition's own GUID comes from.
public sealed interface PartitionGuid {
  /// A half of the root hash, by which an initrd finds root and hash tree (UAPI.2).
  ///
  /// @param half 0 or 1
  record HalfOfRootHash(int half) implements PartitionGuid {}

  /// Derived from the root hash: another image, another GUID.
  ///
  /// @param purpose tells it from others that derive from the same hash
  record FromRootHash(String purpose) implements PartitionGuid {}

  /// The same in every image and on every machine.
  record Fixed(Guid guid) implements PartitionGuid {}

  /// Chosen by the machine that makes the partition.
  record ByMachine() implements PartitionGuid {}

  /// The GUID in the image with that root hash.
  ///
  /// @throws IllegalStateException if the machine chooses it
  default Guid in(Digest rootHash) {
    return switch (this) {
      case HalfOfRootHash(int half) -> Guid.ofHalf(rootHash, half);
      case FromRootHash(String purpose) -> Guid.derive(rootHash, purpose);
      case Fixed(Guid guid) -> guid;
      case ByMachine _ -> throw new IllegalStateException("a machine's choice is in no image");
    };
  }
}
