package io.microvisor.compose.template;

import io.microvisor.bytes.ByteSize;
import io.microvisor.compose.layout.ImageSize;
import io.microvisor.compose.layout.Role;
import io.microvisor.compose.problem.Place;
import io.microvisor.formats.gpt.SectorSize;
import java.util.List;

/// The disk that a template asks for, and the files to make of it.
///
/// @param layout what kind of system is on it, and how large its parts are; [Template#diskLayout()] has its partitions
/// @param sectorSize what the image and the disks it is for have as a logical sector
/// @param size of the whole disk image
/// @param artifacts what to make, at least one, none twice
public record Disk(
    Layout layout, SectorSize sectorSize, ImageSize size, List<Artifact> artifacts, Place place) {
  public Disk {
    artifacts = List.copyOf(artifacts);
  }

  /// Whether there is more than a disk to boot: then every file gets a digest.
  public boolean isReleased() {
    return artifacts.stream()
        .anyMatch(each -> each.type() != Type.RAW || each.compression() != Compression.NONE);
  }

  /// Whether one of the artifacts is of this kind.
  public boolean asksFor(Type type, Compression compression) {
    return artifacts.stream()
        .anyMatch(each -> each.type() == type && each.compression() == compression);
  }

  /// A kind of system. Partitions, plan and artifacts follow it.
  public sealed interface Layout {}

  /// A read-only root on dm-verity, in one of two slots, started by systemd-boot.
  ///
  /// @param esp the EFI system partition
  /// @param root one root file system
  /// @param rootVerity the hash tree of one root; large enough for a root that fills its partition
  /// @param state the least room for the state, where the template asks for one; made on the machine, of what is left
  /// @param compressLevel zstd's for the root file system, 1 to 19
  public record Immutable(Slot esp, Slot root, Slot rootVerity, Slot state, int compressLevel)
      implements Layout {
    /// What the template says of the size of a partition.
    public Slot slot(Role role) {
      return switch (role) {
        case Role.Esp _ -> esp;
        case Role.Root _ -> root;
        case Role.RootVerity _ -> rootVerity;
        case Role.State _ -> state;
      };
    }
  }

  /// A partition's size, as `disk.slots` has it: a multiple of 1 MiB.
  ///
  /// @param key its name there
  public record Slot(String key, ByteSize size, Place place) {}

  /// One kind of file to make.
  public record Artifact(Type type, Compression compression, Place place) {}

  /// The form of an artifact.
  public enum Type {
    /// The whole disk.
    RAW,
    /// Kernel image, root, hash tree and root hash as files of their own.
    SPLIT
  }

  /// How an artifact is compressed.
  public enum Compression {
    NONE,
    ZSTD
  }
}
