package io.microvisor.compose.layout;

import io.microvisor.bytes.ByteSize;
import io.microvisor.formats.fat.FatGeometry;
import io.microvisor.formats.gpt.SectorSize;
import io.microvisor.formats.verity.VerityLayout;
import io.microvisor.formats.verity.VeritySuperblock;
import java.util.Locale;

/// What a partition is for. A disk has at most one partition of each role.
public sealed interface Role {
  /// One of two places for a root file system, of which one is in use and the other is for an update.
  enum Slot {
    A,
    B;

    private String suffix() {
      return "-" + name().toLowerCase(Locale.ROOT);
    }
  }

  /// The EFI system partition: boot loader and kernel images.
  record Esp() implements Role {
    @Override
    public String name() {
      return "esp";
    }
  }

  /// A root file system.
  record Root(Slot slot) implements Role {
    @Override
    public String name() {
      return "root" + slot.suffix();
    }
  }

  /// The dm-verity hash tree of the root in the same slot.
  record RootVerity(Slot slot) implements Role {
    @Override
    public String name() {
      return "root" + slot.suffix() + "-verity";
    }
  }

  /// What a machine keeps.
  record State() implements Role {
    @Override
    public String name() {
      return "state";
    }
  }

  /// A word for it, such as `root-a-verity`.
  String name();

  /// The smallest size that makes sense, whatever the partition holds: a multiple of 1 MiB.
  default ByteSize least(SectorSize sectors) {
    return switch (this) {
      case Esp _ -> {
        // FAT32 has a least number of clusters, and a cluster is a sector or more.
        ByteSize fat = FatGeometry.smallest(sectors.bytes()).alignUp(Partition.ALIGNMENT);
        ByteSize usual = ByteSize.ofMebibytes(64);
        yield fat.bytes() > usual.bytes() ? fat : usual;
      }
      case Root _ -> ByteSize.ofMebibytes(16);
      case RootVerity _ -> ByteSize.ofMebibytes(1);
      case State _ -> ByteSize.ofMebibytes(64);
    };
  }

  /// What the hash tree of a root takes that fills its partition: a multiple of 1 MiB.
  static ByteSize hashTreeOf(ByteSize root) {
    long blocks = Math.ceilDiv(root.bytes(), VeritySuperblock.BLOCK_SIZE);
    return new ByteSize(VerityLayout.of(blocks).sizeBytes()).alignUp(Partition.ALIGNMENT);
  }
}
