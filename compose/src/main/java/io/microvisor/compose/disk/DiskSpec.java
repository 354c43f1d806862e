package io.microvisor.compose.disk;

import io.microvisor.bytes.ByteSize;
import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.Digest;
import io.microvisor.compose.layout.Content;
import io.microvisor.compose.layout.DiskLayout;
import io.microvisor.compose.layout.ImageLayout;
import io.microvisor.compose.layout.Partition;
import io.microvisor.compose.layout.Role;
import io.microvisor.compose.problem.Code;
import io.microvisor.compose.problem.Problem;
import io.microvisor.compose.template.Disk;
import io.microvisor.compose.template.Template;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The disk of an immutable image: the template's layout, and what goes into its partitions.
///
/// @param disk its partitions
/// @param release the image's name and version, as files on the EFI system partition are called
/// @param slots the same partitions as the template says them, for the places of problems
/// @param rootHash of the hash tree; all GUIDs of the image follow from it
/// @param root the root image
/// @param verity the hash device
/// @param uki the unified kernel image
/// @param bootLoader systemd-boot
/// @param epoch the time of files on the EFI system partition, in seconds since 1970
public record DiskSpec(
    DiskLayout disk,
    String release,
    Disk.Layout slots,
    Digest rootHash,
    ByteSource root,
    ByteSource verity,
    Program uki,
    Program bootLoader,
    long epoch) {
  /// A program on the EFI system partition.
  ///
  /// @param digest of its bytes
  public record Program(Digest digest, ByteSource bytes) {
    /// A program whose digest nobody knows yet.
    public static Program of(ByteSource bytes) throws IOException {
      return new Program(Digest.sha256(bytes), bytes);
    }

    long size() {
      return bytes.size();
    }
  }

  /// The disk of a template's image; the other parameters are those of the record.
  public static DiskSpec of(
      Template template,
      Digest rootHash,
      ByteSource root,
      ByteSource verity,
      Program uki,
      Program bootLoader,
      long epoch) {
    return new DiskSpec(
        template.diskLayout(),
        template.image().release(),
        template.disk().layout(),
        rootHash,
        root,
        verity,
        uki,
        bootLoader,
        epoch);
  }

  /// Where everything goes.
  public ImageLayout layout() {
    return disk.image(rootHash);
  }

  /// The files of the EFI system partition.
  EspTree esp() {
    return EspTree.of(bootLoader, uki, release, epoch);
  }

  /// Every partition that is too small for what goes into it.
  public List<Problem> problems() {
    List<Problem> problems = new ArrayList<>();
    for (Partition each : disk.partitions()) {
      if (each.content() instanceof Content.Built content) {
        Disk.Slot slot =
            switch (slots) {
              case Disk.Immutable immutable -> immutable.slot(each.role());
            };
        if (slot.size().bytes() < needed(content)) {
          problems.add(tooSmall(slot, new ByteSize(needed(content))));
        }
      }
    }
    return List.copyOf(problems);
  }

  private long needed(Content.Built content) {
    return switch (content) {
      case ESP_FILES -> esp().leastSize();
      case ROOT_IMAGE -> root.size();
      case HASH_TREE -> verity.size();
    };
  }

  private static Problem tooSmall(Disk.Slot slot, ByteSize needed) {
    ByteSize enough = needed.alignUp(Partition.ALIGNMENT);
    return Problem.of(
        Code.PARTITION_TOO_SMALL,
        slot.place(),
        slot.key()
            + ": "
            + slot.size()
            + " is too small for what was built (expected: >= "
            + enough
            + ")",
        "raise disk.slots."
            + slot.key()
            + " to "
            + enough.bytes() / Partition.ALIGNMENT
            + "MiB or more, with room for later releases");
  }

  /// What the slots leave for later releases, where machines keep their partitions: empty if there is enough.
  public Optional<String> tightness() {
    return disk.find(new Role.Root(Role.Slot.B))
        .map(partition -> partition.size().least())
        .filter(slot -> root.size() > slot.bytes() / 2)
        .map(slot ->
            "root: "
                + new ByteSize(root.size()).alignUp(Partition.ALIGNMENT)
                + " of "
                + slot
                + " are in use (expected: half or less; slots never grow, so later releases have to fit)");
  }
}
