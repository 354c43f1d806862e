package io.microvisor.compose.layout;

import io.microvisor.bytes.ByteSize;
import io.microvisor.bytes.Digest;
import io.microvisor.bytes.Guid;
import io.microvisor.formats.gpt.PartitionExtent;
import io.microvisor.formats.gpt.GptLayout;
import io.microvisor.formats.gpt.GptSpec;
import io.microvisor.formats.gpt.PartitionFlag;
import io.microvisor.formats.gpt.PartitionSpec;
import io.microvisor.formats.gpt.Placement;
import io.microvisor.formats.gpt.SectorSize;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The partitions of a disk, in their order: those of the image first, then those that a machine's first boot makes. It is
/// known before anything is built; only GUIDs wait for the root hash.
///
/// The layout of an immutable image:
///
/// | role | type | GUID | label | size | flags | content |
/// |---|---|---|---|---|---|---|
/// | esp | esp | from root hash | esp | exactly | | esp files |
/// | root-a | root-x86-64 | first half of root hash | NAME_VERSION | exactly | read-only | root image |
/// | root-a-verity | root-x86-64-verity | second half of root hash | NAME_VERSION_verity | exactly | read-only | hash tree |
/// | root-b | root-x86-64 | by machine | _empty | exactly | read-only, no-auto | nothing |
/// | root-b-verity | root-x86-64-verity | by machine | _empty | exactly | read-only, no-auto | nothing |
/// | state | linux-generic | fixed | state | at least | | ext4 |
///
/// The last three only where machines keep state.
///
/// @param sectorSize of the disk
/// @param imageSize of the image; a machine's disk may be larger
/// @param partitions no role twice; at most one takes what the others leave, and it is the last
public record DiskLayout(SectorSize sectorSize, ImageSize imageSize, List<Partition> partitions) {
  /// What a slot that holds nothing is called (UAPI.2).
  public static final String EMPTY = "_empty";

  /// Stands for the root hash where sizes alone matter.
  private static final Digest ANY = Digest.sha256("a disk to measure");

  public DiskLayout {
    partitions = List.copyOf(partitions);
    Set<Role> roles = new HashSet<>();
    boolean ends = false;
    boolean leftImage = false;
    for (Partition each : partitions) {
      if (!roles.add(each.role())) {
        throw new IllegalArgumentException(each.role().name() + ": twice (expected: once)");
      }
      if (ends) {
        throw new IllegalArgumentException(
            each.role().name() + ": behind a partition that takes all that is left");
      }
      if (each.isInImage() && leftImage) {
        throw new IllegalArgumentException(
            each.role().name() + ": behind one that the first boot makes (expected: before it)");
      }
      leftImage |= !each.isInImage();
      ends = each.size() instanceof PartitionSize.AtLeast;
    }
  }

  /// The partition of that role, if the disk has one.
  public Optional<Partition> find(Role role) {
    return partitions.stream().filter(each -> each.role().equals(role)).findFirst();
  }

  /// What the image has, where the root hash is known.
  public ImageLayout image(Digest rootHash) {
    List<Partition> built = inImage();
    List<PartitionSpec> entries =
        built.stream().map(each -> entry(each, each.guid().in(rootHash))).toList();
    GptSpec spec = new GptSpec(Guid.derive(rootHash, "disk"), sectorSize, entries);
    GptLayout table =
        switch (imageSize) {
          case ImageSize.Fitting _ -> GptLayout.of(spec);
          case ImageSize.Exactly(ByteSize size) -> GptLayout.of(spec, size);
        };
    List<ImageLayout.Placed> placed = new ArrayList<>();
    for (Partition each : built) {
      PartitionExtent extent = table.extents().get(placed.size());
      PartitionSpec entry = entries.get(placed.size());
      if (each.content() instanceof Content.Built content) {
        placed.add(new ImageLayout.Placed(each, content, entry, extent));
      }
    }
    return new ImageLayout(table, placed);
  }

  /// The smallest image that has room for its partitions, a multiple of 1 MiB.
  public ByteSize leastImage() {
    return measure(inImage());
  }

  /// The smallest disk that has room for all partitions, a multiple of 1 MiB.
  public ByteSize leastDisk() {
    return measure(partitions);
  }

  /// The partitions that the image has.
  private List<Partition> inImage() {
    return partitions.stream().filter(Partition::isInImage).toList();
  }

  private ByteSize measure(List<Partition> measured) {
    List<PartitionSpec> entries =
        measured.stream()
            .map(each ->
                PartitionSpec.of(
                    each.type(),
                    Guid.derive(ANY, each.role().name()),
                    each.role().name(),
                    each.size().least()))
            .toList();
    return GptLayout.of(new GptSpec(Guid.derive(ANY, "disk"), sectorSize, entries)).diskSize();
  }

  private static PartitionSpec entry(Partition partition, Guid guid) {
    return new PartitionSpec(
        partition.type().guid(),
        guid,
        partition.label(),
        new Placement.Next(partition.size().least()),
        PartitionFlag.attributes(partition.flags().toArray(PartitionFlag[]::new)));
  }
}
