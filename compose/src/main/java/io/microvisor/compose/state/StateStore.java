package io.microvisor.compose.state;

import io.microvisor.bytes.ByteSize;
import io.microvisor.bytes.Guid;
import io.microvisor.compose.template.Persistence;
import io.microvisor.compose.template.Persistence.KeptPath;
import io.microvisor.compose.template.Template;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// Where a machine's state is.
public sealed interface StateStore {
  /// Where it is mounted, in the initrd and in the running system: the root of the state partition, or of the memory that
  /// stands in for it.
  String MOUNT = "/run/emt/state";

  /// The machine's `/var`.
  String VAR = MOUNT + "/var";

  /// The upper layer over the image's `/etc`.
  String ETC = MOUNT + "/etc/upper";

  /// What an overlay needs beside it.
  String ETC_WORK = MOUNT + "/etc/work";

  /// Kept folders outside `/etc` and `/var`, see [KeptFolder].
  String FOLDERS = MOUNT + "/folders";

  /// What of `/etc` is always kept: what makes a machine the one it was.
  List<String> IDENTITY =
      List.of(
          "/etc/machine-id", "/etc/ssh/ssh_host_ed25519_key", "/etc/ssh/ssh_host_ed25519_key.pub");

  /// There is none: the root is all there is, and read-only.
  record None() implements StateStore {}

  /// In memory, gone with a restart.
  record Memory() implements StateStore {}

  /// On a partition; in memory if it cannot be had.
  ///
  /// @param partition its GUID
  /// @param damaged what happens to one that cannot be repaired
  /// @param etc what of `/etc` is kept, absolute, none inside another; all else there is gone with a restart
  /// @param leastDisk the smallest disk that has room for it, for messages
  record Partition(
      Guid partition, Persistence.Damaged damaged, List<String> etc, ByteSize leastDisk)
      implements StateStore {
    public Partition {
      etc = List.copyOf(etc);
    }

    /// The device, as udev names it.
    public String device() {
      return "/dev/disk/by-partuuid/" + partition;
    }
  }

  /// What a template asks for.
  static StateStore of(Template template) {
    Persistence persistence = template.system().persistence();
    return switch (persistence.state()) {
      case NONE -> new Memory();
      case EXT4 ->
          new Partition(
              NodeDisk.stateGuid(template),
              persistence.damaged(),
              keptEtc(persistence.paths()),
              new NodeDisk(template.disk()).leastSize());
    };
  }

  /// What of `/etc` is kept where these paths are, in byte order.
  static List<String> keptEtc(List<KeptPath> paths) {
    List<String> kept =
        new ArrayList<>(
            paths.stream()
                .map(KeptPath::path)
                .filter(path -> path.equals("/etc") || path.startsWith("/etc/"))
                .toList());
    Stream<String> identity =
        IDENTITY.stream().filter(path -> paths.stream().noneMatch(each -> each.covers(path)));
    kept.addAll(identity.toList());
    return kept.stream().sorted().toList();
  }
}
