package io.microvisor.compose.state;

import io.microvisor.bytes.ByteSize;
import io.microvisor.bytes.Guid;
import io.microvisor.compose.template.Persistence;
import io.microvisor.compose.template.Persistence.KeptPath;
import io.microvisor.compose.template.Template;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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

  /// Where what lies below these folders has its place.
  Map<String, String> BELOW =
      Map.of("/etc", ETC, "/var", VAR, "/home", VAR + "/home", "/root", VAR + "/roothome");

  /// There is none: the root is all there is, and read-only.
  record None() implements StateStore {}

  /// In memory, gone with a restart.
  record Memory() implements StateStore {}

  /// On a partition; in memory if it cannot be had.
  ///
  /// @param partition its GUID
  /// @param damaged what happens to one that cannot be repaired
  /// @param etc what of `/etc` is kept, absolute, none inside another; all else there is gone with a restart
  /// @param keptAtReset what a factory reset leaves alone, absolute
  /// @param leastDisk the smallest disk that has room for it, for messages
  record Partition(
      Guid partition,
      Persistence.Damaged damaged,
      List<String> etc,
      List<String> keptAtReset,
      ByteSize leastDisk)
      implements StateStore {
    public Partition {
      etc = List.copyOf(etc);
      keptAtReset = List.copyOf(keptAtReset);
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
              persistence.keptAtReset(),
              new NodeDisk(template.disk()).leastSize());
    };
  }

  /// Where on the state a kept path has its changes.
  ///
  /// @param path absolute, as the machine sees it
  static String place(String path) {
    for (var below : BELOW.entrySet()) {
      if (path.startsWith(below.getKey() + "/")) {
        return below.getValue() + path.substring(below.getKey().length());
      }
    }
    return path.equals("/etc") ? ETC : new KeptFolder(path).folder();
  }

  private static List<String> keptEtc(List<KeptPath> paths) {
    List<String> kept =
        new ArrayList<>(
            paths.stream()
                .map(KeptPath::path)
                .filter(path -> path.equals("/etc") || path.startsWith("/etc/"))
                .toList());
    Stream<String> identity =
        Persistence.IDENTITY.stream()
            .filter(path -> paths.stream().noneMatch(each -> each.covers(path)));
    kept.addAll(identity.toList());
    return kept.stream().sorted().toList();
  }
}
