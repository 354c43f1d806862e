package io.microvisor.formats.gpt;

import io.microvisor.bytes.ByteSize;
import io.microvisor.bytes.Guid;
import java.util.Set;

/// One partition that is wanted.
///
/// @param type the partition type GUID, see [PartitionType]
/// @param unique the partition's own GUID
/// @param name the label, at most 36 UTF-16 units
/// @param placement where and how large
/// @param attributes the attribute bits, see [PartitionFlag]
public record PartitionSpec(
    Guid type, Guid unique, String name, Placement placement, long attributes) {
  public PartitionSpec {
    GptEntry.checkName(name);
    if (type.equals(Guid.ZERO) || unique.equals(Guid.ZERO)) {
      throw new IllegalArgumentException(
          "partition \"" + name + "\": a type or unique GUID of zeros (expected: any other)");
    }
  }

  /// A partition of a known type, behind the one before it.
  public static PartitionSpec of(
      PartitionType type, Guid unique, String name, ByteSize size, PartitionFlag... flags) {
    return new PartitionSpec(
        type.guid(), unique, name, new Placement.Next(size), PartitionFlag.attributes(flags));
  }

  /// The flags set in the attributes.
  public Set<PartitionFlag> flags() {
    return PartitionFlag.of(attributes);
  }
}
