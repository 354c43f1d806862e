package io.microvisor.formats.gpt;

import io.microvisor.bytes.Guid;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// A partition table that is wanted.
///
/// @param disk the disk's GUID
/// @param sectorSize the size of a logical block
/// @param partitions the partitions in order of their number; at most 128, no two with the same GUID
public record GptSpec(Guid disk, SectorSize sectorSize, List<PartitionSpec> partitions) {
  public GptSpec {
    partitions = List.copyOf(partitions);
    if (partitions.size() > GptLayout.ENTRY_COUNT) {
      throw new IllegalArgumentException(
          "partitions: "
              + partitions.size()
              + " (expected: at most "
              + GptLayout.ENTRY_COUNT
              + ")");
    }
    if (disk.equals(Guid.ZERO)) {
      throw new IllegalArgumentException("disk: a GUID of zeros (expected: any other)");
    }
    Set<Guid> seen = new HashSet<>();
    for (PartitionSpec partition : partitions) {
      if (!seen.add(partition.unique())) {
        throw new IllegalArgumentException(
            "partition \""
                + partition.name()
                + "\": unique GUID "
                + partition.unique()
                + " is another partition's too (expected: its own)");
      }
    }
  }
}
