package io.microvisor.compose.disk;

import io.microvisor.bytes.ByteSize;
import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.Digest;
import io.microvisor.bytes.Guid;
import io.microvisor.compose.problem.Code;
import io.microvisor.compose.problem.Problem;
import io.microvisor.compose.template.Disk;
import io.microvisor.compose.template.Template;
import io.microvisor.formats.gpt.GptLayout;
import io.microvisor.formats.gpt.GptSpec;
import io.microvisor.formats.gpt.PartitionFlag;
import io.microvisor.formats.gpt.PartitionSpec;
import io.microvisor.formats.gpt.PartitionType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The disk of an immutable image: EFI system partition, root slot A, its hash tree. All GUIDs derive from the root hash;
/// those of root and hash tree are its halves (UAPI.2).
///
/// @param template names, sizes and places
/// @param rootHash of the hash tree
/// @param root the root image
/// @param verity the hash device
/// @param uki the unified kernel image
/// @param bootLoader systemd-boot
/// @param epoch the time of files on the EFI system partition, in seconds since 1970
public record DiskSpec(
    Template template,
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

  /// Room that the EFI system partition needs besides its files: tables, directories, and for another loader.
  private static final long ESP_RESERVE = 8L << 20;

  /// Where everything goes.
  public GptLayout layout() {
    Disk disk = template.disk();
    String label = template.image().name() + "_" + template.image().version();
    GptSpec gpt =
        new GptSpec(
            Guid.derive(rootHash, "disk"),
            disk.sectorSize(),
            List.of(
                PartitionSpec.of(
                    PartitionType.ESP, Guid.derive(rootHash, "esp"), "esp", disk.esp().size()),
                PartitionSpec.of(
                    PartitionType.ROOT_X86_64,
                    Guid.ofHalf(rootHash, 0),
                    label,
                    disk.root().size(),
                    PartitionFlag.READ_ONLY),
                PartitionSpec.of(
                    PartitionType.ROOT_X86_64_VERITY,
                    Guid.ofHalf(rootHash, 1),
                    label + "_verity",
                    disk.rootVerity().size(),
                    PartitionFlag.READ_ONLY)));
    return switch (disk.size()) {
      case Disk.Size.Fitting _ -> GptLayout.of(gpt);
      case Disk.Size.Exactly exactly -> GptLayout.of(gpt, exactly.size());
    };
  }

  /// The file name of the UKI: `<name>_<version>.efi`, in lower case, as the boot loader compares it.
  public String ukiName() {
    return ukiName(template);
  }

  static String ukiName(Template template) {
    return template.image().name() + "_" + template.image().version() + ".efi";
  }

  /// Every slot that is too small for what goes into it.
  public List<Problem> problems() {
    Disk disk = template.disk();
    List<Problem> problems = new ArrayList<>();
    check(problems, "esp", disk.esp(), uki.size() + 2 * bootLoader.size() + ESP_RESERVE);
    check(problems, "root", disk.root(), root.size());
    check(problems, "rootVerity", disk.rootVerity(), verity.size());
    return problems;
  }

  /// What the slots leave for later releases, where machines keep their partitions: empty if there is enough.
  public Optional<String> tightness() {
    ByteSize slot = template.disk().root().size();
    boolean tight = root.size() > slot.bytes() / 2;
    boolean frozen =
        switch (template.system().persistence().state()) {
          case NONE -> false;
          case EXT4 -> true;
        };
    return tight && frozen
        ? Optional.of(
            "root: "
                + new ByteSize(root.size()).alignUp(1 << 20)
                + " of "
                + slot
                + " are in use (expected: half or less; slots never grow, so later releases have to fit)")
        : Optional.empty();
  }

  private static void check(List<Problem> problems, String name, Disk.Slot slot, long needed) {
    if (slot.size().bytes() < needed) {
      ByteSize enough = new ByteSize(needed).alignUp(1 << 20);
      problems.add(
          Problem.of(
              Code.PARTITION_TOO_SMALL,
              slot.place(),
              name
                  + ": "
                  + slot.size()
                  + " is too small for what was built (expected: >= "
                  + enough
                  + ")",
              "raise disk.slots."
                  + name
                  + " to "
                  + (enough.bytes() >> 20)
                  + "MiB or more, with room for later releases"));
    }
  }
}
