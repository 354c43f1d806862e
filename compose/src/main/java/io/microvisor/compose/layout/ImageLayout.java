package io.microvisor.compose.layout;

import io.microvisor.formats.gpt.PartitionExtent;
import io.microvisor.formats.gpt.GptLayout;
import io.microvisor.formats.gpt.PartitionSpec;
import java.util.List;

/// What an image has of a [DiskLayout], placed.
///
/// @param table the partition table
/// @param partitions in its order
public record ImageLayout(GptLayout table, List<Placed> partitions) {
  public ImageLayout {
    partitions = List.copyOf(partitions);
  }

  /// A partition with its place.
  ///
  /// @param content what is to be written there
  /// @param entry its entry in the table
  public record Placed(
      Partition partition, Content.Built content, PartitionSpec entry, PartitionExtent extent) {}
}
