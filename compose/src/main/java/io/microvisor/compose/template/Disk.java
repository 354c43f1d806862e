package io.microvisor.compose.template;

import io.microvisor.bytes.ByteSize;
import io.microvisor.compose.problem.Place;
import io.microvisor.formats.gpt.SectorSize;
import java.util.List;

/// The disk of the immutable layout: an EFI system partition, root slot A and its hash tree.
///
/// @param esp the EFI system partition
/// @param root one root file system
/// @param rootVerity the hash tree of one root; large enough for a root that fills its slot
/// @param state the least room for the state, where the template asks for one; made on the machine, of what is left
/// @param sectorSize what the image and the disks it is for have as a logical sector
/// @param size of the whole disk image
/// @param compressLevel zstd's for the root file system, 1 to 19
/// @param artifacts what to make, at least one, none twice
public record Disk(
    Slot esp,
    Slot root,
    Slot rootVerity,
    Slot state,
    SectorSize sectorSize,
    Size size,
    int compressLevel,
    List<Artifact> artifacts,
    Place place) {
  public Disk {
    artifacts = List.copyOf(artifacts);
  }

  /// A partition's size: a multiple of 1 MiB.
  public record Slot(ByteSize size, Place place) {}

  /// The size of the whole disk.
  public sealed interface Size {
    /// As large as the partitions need.
    record Fitting() implements Size {}

    /// This large: at least what the partitions need.
    record Exactly(ByteSize size, Place place) implements Size {}
  }

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
