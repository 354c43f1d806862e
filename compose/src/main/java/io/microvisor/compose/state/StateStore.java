package io.microvisor.compose.state;

import io.microvisor.bytes.ByteSize;
import io.microvisor.compose.template.LayoutEnv;
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
  /// @param device the device, as udev names it
  /// @param label what it is called
  /// @param damaged what happens to one that cannot be repaired
  /// @param contents what is mounted from there
  /// @param keptAtReset what a factory reset leaves alone, absolute
  /// @param leastDisk the smallest disk that has room for it, for messages
  record Partition(
      String device,
      String label,
      Persistence.Damaged damaged,
      Contents contents,
      List<String> keptAtReset,
      ByteSize leastDisk)
      implements StateStore {
    public Partition {
      keptAtReset = List.copyOf(keptAtReset);
    }
  }

  /// What is mounted from the state.
  sealed interface Contents {
    /// `/var`, and what of `/etc` is kept; folders elsewhere are mounted in the running system.
    ///
    /// @param etc absolute, none inside another; all else in `/etc` is gone with a restart
    record Kept(List<String> etc) implements Contents {
      public Kept {
        etc = List.copyOf(etc);
      }
    }

    /// What EMT's layout.env says.
    record Emt(LayoutEnv layout) implements Contents {}
  }

  /// What a template asks for.
  static StateStore of(Template template) {
    Persistence persistence = template.system().persistence();
    return switch (persistence.state()) {
      case NONE -> new Memory();
      case EXT4 -> {
        NodeDisk disk = new NodeDisk(template.diskLayout());
        yield new Partition(
            device(persistence, disk),
            disk.state().label(),
            persistence.damaged(),
            contents(persistence),
            persistence.keptAtReset(),
            disk.leastSize());
      }
    };
  }

  /// EMT finds it by its label.
  private static String device(Persistence persistence, NodeDisk disk) {
    return switch (persistence.layout()) {
      case Persistence.OwnLayout _ -> "/dev/disk/by-partuuid/" + disk.stateGuid();
      case LayoutEnv _ -> "/dev/disk/by-partlabel/" + disk.state().label();
    };
  }

  private static Contents contents(Persistence persistence) {
    return switch (persistence.layout()) {
      case Persistence.OwnLayout _ -> new Contents.Kept(keptEtc(persistence.paths()));
      case LayoutEnv layout -> new Contents.Emt(layout);
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

  /// What of `/etc` is kept where these paths are, in byte order.
  static List<String> keptEtc(List<KeptPath> paths) {
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
