package io.microvisor.formats.gpt;

import io.microvisor.bytes.ByteSize;
import io.microvisor.bytes.Guid;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// A disk's partition table, as [GptReader] found it.
///
/// @param disk the disk's GUID
/// @param sectorSize the size of a logical block
/// @param diskSize the size of the whole disk
/// @param partitions the partitions in order of their number
/// @param faults what is wrong with the copies that were not needed; empty for a sound disk
public record Gpt(
    Guid disk,
    SectorSize sectorSize,
    ByteSize diskSize,
    List<Partition> partitions,
    List<Fault> faults) {
  public Gpt {
    partitions = List.copyOf(partitions);
    faults = List.copyOf(faults);
  }

  /// One partition of a disk.
  ///
  /// @param number its place in the table, from 1
  /// @param type the partition type GUID, see [PartitionType]
  /// @param unique the partition's own GUID
  /// @param name the label
  /// @param extent its place on the disk
  /// @param attributes the attribute bits, see [PartitionFlag]
  public record Partition(
      int number, Guid type, Guid unique, String name, PartitionExtent extent, long attributes) {
    /// The flags set in the attributes.
    public Set<PartitionFlag> flags() {
      return PartitionFlag.of(attributes);
    }
  }

  /// What is on a disk more than once, or only to protect.
  public enum Copy {
    /// The MBR in the first sector.
    PROTECTIVE_MBR,
    /// The header in sector 1 and its table.
    PRIMARY,
    /// The header in the last sector and its table.
    BACKUP
  }

  /// Something wrong that did not keep the table from being read.
  ///
  /// @param copy what is damaged
  /// @param what how, with position, found and expected
  public record Fault(Copy copy, String what) {}

  /// The first partition of a type, in order of number.
  public Optional<Partition> first(PartitionType type) {
    return partitions.stream().filter(p -> p.type().equals(type.guid())).findFirst();
  }

  /// The partition whose own GUID is `unique`.
  public Optional<Partition> find(Guid unique) {
    return partitions.stream().filter(p -> p.unique().equals(unique)).findFirst();
  }
}
