package io.microvisor.compose.layout;

import io.microvisor.formats.gpt.GptLayout;
import io.microvisor.formats.gpt.PartitionFlag;
import io.microvisor.formats.gpt.PartitionType;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/// A partition of a [DiskLayout].
///
/// @param role what it is for
/// @param type what others take it for
/// @param guid where its own GUID comes from
/// @param label its name in the partition table, of the first release that is written there
/// @param size how large it is
/// @param flags steer its discovery
/// @param content what is in it, and so who makes it
public record Partition(
    Role role,
    PartitionType type,
    PartitionGuid guid,
    String label,
    PartitionSize size,
    Set<PartitionFlag> flags,
    Content content) {
  /// What sizes are multiples of: 1 MiB, in bytes.
  public static final long ALIGNMENT = GptLayout.ALIGNMENT;

  public Partition {
    EnumSet<PartitionFlag> ordered = EnumSet.noneOf(PartitionFlag.class);
    ordered.addAll(flags);
    flags = Collections.unmodifiableSet(ordered);
    if (size.least().bytes() % ALIGNMENT != 0) {
      throw new IllegalArgumentException(
          role.name() + ": " + size.least() + " (expected: a multiple of 1 MiB)");
    }
    boolean possible =
        switch (guid) {
          case PartitionGuid.HalfOfRootHash _, PartitionGuid.FromRootHash _ -> isBuilt(content);
          case PartitionGuid.ByMachine _ -> !isBuilt(content);
          case PartitionGuid.Fixed _ -> true;
        };
    if (!possible) {
      throw new IllegalArgumentException(
          role.name()
              + ": "
              + guid
              + " for "
              + content
              + " (expected: a GUID that is known to who makes the partition)");
    }
  }

  /// Whether the image has it; if not, the machine's first boot makes it.
  public boolean isInImage() {
    return isBuilt(content);
  }

  private static boolean isBuilt(Content content) {
    return switch (content) {
      case Content.Built _ -> true;
      case Content.OnMachine _ -> false;
    };
  }
}
