package io.microvisor.compose.state;

import io.microvisor.bytes.ByteSize;
import io.microvisor.bytes.Digest;
import io.microvisor.bytes.Guid;
import io.microvisor.compose.template.Disk;
import io.microvisor.compose.template.Template;
import io.microvisor.formats.gpt.GptLayout;
import io.microvisor.formats.gpt.GptSpec;
import io.microvisor.formats.gpt.PartitionSpec;
import io.microvisor.formats.gpt.PartitionType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// The disk of a machine that keeps state, after its first boot: what the image brings (EFI system partition, slot A and its
/// hash tree), an empty slot B like it, and the state on all that is left.
///
/// @param disk the declared sizes
public record NodeDisk(Disk disk) {
  private static final Digest ANY = Digest.sha256("a disk to measure");
  private static final long GIBIBYTE = 1L << 30;

  /// The disks that one may think of first.
  private static final List<Integer> COMMON = List.of(4, 8, 16, 32, 64, 128);

  /// The smallest disk that has room for all partitions, a multiple of 1 MiB.
  public ByteSize leastSize() {
    return layout(disk.state().size()).diskSize();
  }

  /// How much a disk of `size` leaves for the state; empty if that is less than was declared.
  public Optional<ByteSize> stateOn(ByteSize size) {
    long least = leastSize().bytes();
    return size.bytes() < least
        ? Optional.empty()
        : Optional.of(new ByteSize(disk.state().size().bytes() + size.bytes() - least));
  }

  /// What the partitions are and what they leave, a line for each kind of disk.
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add(
        "disk: esp "
            + disk.esp().size()
            + ", two slots of "
            + disk.root().size()
            + " + "
            + disk.rootVerity().size()
            + ", state of "
            + disk.state().size()
            + " or more: fits "
            + leastSize()
            + " or more");
    for (int gibibytes : COMMON) {
      ByteSize size = new ByteSize(gibibytes * GIBIBYTE);
      lines.add(
          String.format(Locale.ROOT, "%9s: ", size)
              + stateOn(size).map(left -> "leaves " + left + " for the state").orElse("too small"));
    }
    return List.copyOf(lines);
  }

  private GptLayout layout(ByteSize state) {
    return GptLayout.of(
        new GptSpec(
            Guid.derive(ANY, "disk"),
            disk.sectorSize(),
            List.of(
                partition(PartitionType.ESP, "esp", disk.esp().size()),
                partition(PartitionType.ROOT_X86_64, "a", disk.root().size()),
                partition(PartitionType.ROOT_X86_64_VERITY, "a-verity", disk.rootVerity().size()),
                partition(PartitionType.ROOT_X86_64, "b", disk.root().size()),
                partition(PartitionType.ROOT_X86_64_VERITY, "b-verity", disk.rootVerity().size()),
                partition(PartitionType.LINUX_GENERIC, "state", state))));
  }

  private static PartitionSpec partition(PartitionType type, String name, ByteSize size) {
    return PartitionSpec.of(type, Guid.derive(ANY, name), name, size);
  }

  /// The GUID of the state partition. It follows from the image's name alone, so that every release finds it.
  public static Guid stateGuid(Template template) {
    return Guid.derive(Digest.sha256("emt image " + template.image().name()), "state");
  }
}
