package io.microvisor.compose.state;

import io.microvisor.bytes.ByteSize;
import io.microvisor.bytes.Guid;
import io.microvisor.compose.layout.DiskLayout;
import io.microvisor.compose.layout.Partition;
import io.microvisor.compose.layout.PartitionGuid;
import io.microvisor.compose.layout.PartitionSize;
import io.microvisor.compose.layout.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// The disk of a machine that keeps state, after its first boot: what the image brings, and all that is made on the machine. The
/// state takes what the others leave.
///
/// @param layout one with a partition for the state
public record NodeDisk(DiskLayout layout) {
  private static final long GIBIBYTE = 1L << 30;

  /// The disks that one may think of first.
  private static final List<Integer> COMMON = List.of(4, 8, 16, 32, 64, 128);

  public NodeDisk {
    Partition _ = state(layout);
  }

  /// The partition that the state is on.
  public Partition state() {
    return state(layout);
  }

  private static Partition state(DiskLayout layout) {
    return layout
        .find(new Role.State())
        .orElseThrow(() ->
            new IllegalArgumentException(
                "layout: no state (expected: one of machines that keep it)"));
  }

  /// The GUID by which every release finds the state.
  public Guid stateGuid() {
    return switch (state().guid()) {
      case PartitionGuid.Fixed(Guid guid) -> guid;
      case PartitionGuid.HalfOfRootHash _,
          PartitionGuid.FromRootHash _,
          PartitionGuid.ByMachine _ ->
          throw new IllegalStateException("state: " + state().guid() + " (expected: a fixed GUID)");
    };
  }

  /// The smallest disk that has room for all partitions, a multiple of 1 MiB.
  public ByteSize leastSize() {
    return layout.leastDisk();
  }

  /// How much a disk of `size` leaves for the state; empty if that is less than was declared.
  public Optional<ByteSize> stateOn(ByteSize size) {
    long more = size.bytes() - leastSize().bytes();
    return more < 0
        ? Optional.empty()
        : Optional.of(
            switch (state().size()) {
              case PartitionSize.Exactly(ByteSize exactly) -> exactly;
              case PartitionSize.AtLeast(ByteSize least) -> new ByteSize(least.bytes() + more);
            });
  }

  /// What the partitions are and what they leave, a line for each kind of disk.
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add("disk: " + String.join(", ", parts()) + ": fits " + leastSize() + " or more");
    for (int gibibytes : COMMON) {
      ByteSize size = new ByteSize(gibibytes * GIBIBYTE);
      lines.add(
          String.format(Locale.ROOT, "%9s: ", size)
              + stateOn(size).map(left -> "leaves " + left + " for the state").orElse("too small"));
    }
    return List.copyOf(lines);
  }

  /// What takes room, in order; both slots as one.
  private List<String> parts() {
    List<String> parts = new ArrayList<>();
    for (Partition each : layout.partitions()) {
      String size =
          switch (each.size()) {
            case PartitionSize.Exactly(ByteSize exactly) -> exactly.toString();
            case PartitionSize.AtLeast(ByteSize least) -> least + " or more";
          };
      switch (each.role()) {
        case Role.Esp _ -> parts.add("esp " + size);
        case Role.Root(Role.Slot slot) when slot == Role.Slot.A ->
            parts.add("two slots of " + size + hashTree(slot));
        case Role.Root _, Role.RootVerity _ -> {}
        case Role.State _ -> parts.add("state of " + size);
      }
    }
    return parts;
  }

  private String hashTree(Role.Slot slot) {
    return layout
        .find(new Role.RootVerity(slot))
        .map(tree -> " + " + tree.size().least())
        .orElse("");
  }
}
