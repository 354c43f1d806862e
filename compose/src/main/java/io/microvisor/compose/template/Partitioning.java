package io.microvisor.compose.template;

import io.microvisor.bytes.Digest;
import io.microvisor.bytes.Guid;
import io.microvisor.compose.layout.Content;
import io.microvisor.compose.layout.DiskLayout;
import io.microvisor.compose.layout.Partition;
import io.microvisor.compose.layout.PartitionGuid;
import io.microvisor.compose.layout.PartitionSize;
import io.microvisor.compose.layout.Role;
import io.microvisor.formats.gpt.PartitionFlag;
import io.microvisor.formats.gpt.PartitionType;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// From a template to its partitions: the one place that says which there are.
final class Partitioning {
  private Partitioning() {}

  static DiskLayout of(Disk disk, Template.Image image, Persistence persistence) {
    return new DiskLayout(
        disk.sectorSize(),
        disk.size(),
        switch (disk.layout()) {
          case Disk.Immutable immutable -> immutable(immutable, image, persistence);
        });
  }

  private static List<Partition> immutable(
      Disk.Immutable disk, Template.Image image, Persistence persistence) {
    String release = image.release();
    List<Partition> partitions = new ArrayList<>();
    partitions.add(
        new Partition(
            new Role.Esp(),
            PartitionType.ESP,
            new PartitionGuid.FromRootHash("esp"),
            "esp",
            new PartitionSize.Exactly(disk.esp().size()),
            Set.of(),
            Content.Built.ESP_FILES));
    partitions.add(
        root(
            disk,
            Role.Slot.A,
            new PartitionGuid.HalfOfRootHash(0),
            release,
            Set.of(PartitionFlag.READ_ONLY),
            Content.Built.ROOT_IMAGE));
    partitions.add(
        rootVerity(
            disk,
            Role.Slot.A,
            new PartitionGuid.HalfOfRootHash(1),
            release + "_verity",
            Set.of(PartitionFlag.READ_ONLY),
            Content.Built.HASH_TREE));
    switch (persistence.state()) {
      case NONE -> {}
      case EXT4 -> {
        Set<PartitionFlag> unused = Set.of(PartitionFlag.READ_ONLY, PartitionFlag.NO_AUTO);
        PartitionGuid machines = new PartitionGuid.ByMachine();
        partitions.add(
            root(disk, Role.Slot.B, machines, DiskLayout.EMPTY, unused, Content.OnMachine.NOTHING));
        partitions.add(
            rootVerity(
                disk, Role.Slot.B, machines, DiskLayout.EMPTY, unused, Content.OnMachine.NOTHING));
        partitions.add(state(disk, image, persistence));
      }
    }
    return partitions;
  }

  private static Partition root(
      Disk.Immutable disk,
      Role.Slot slot,
      PartitionGuid guid,
      String label,
      Set<PartitionFlag> flags,
      Content content) {
    return new Partition(
        new Role.Root(slot),
        PartitionType.ROOT_X86_64,
        guid,
        label,
        new PartitionSize.Exactly(disk.root().size()),
        flags,
        content);
  }

  private static Partition rootVerity(
      Disk.Immutable disk,
      Role.Slot slot,
      PartitionGuid guid,
      String label,
      Set<PartitionFlag> flags,
      Content content) {
    return new Partition(
        new Role.RootVerity(slot),
        PartitionType.ROOT_X86_64_VERITY,
        guid,
        label,
        new PartitionSize.Exactly(disk.rootVerity().size()),
        flags,
        content);
  }

  private static Partition state(
      Disk.Immutable disk, Template.Image image, Persistence persistence) {
    return new Partition(
        new Role.State(),
        PartitionType.LINUX_GENERIC,
        // It follows from the image's name alone, so that every release finds it.
        new PartitionGuid.Fixed(Guid.derive(Digest.sha256("emt image " + image.name()), "state")),
        switch (persistence.layout()) {
          case Persistence.OwnLayout _ -> "state";
          case LayoutEnv _ -> LayoutEnv.PARTITION; // EMT finds it by that
        },
        new PartitionSize.AtLeast(disk.state().size()),
        Set.of(),
        Content.OnMachine.EXT4);
  }
}
