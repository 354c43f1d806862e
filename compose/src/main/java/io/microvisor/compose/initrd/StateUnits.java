package io.microvisor.compose.initrd;

import io.microvisor.compose.state.StateStore;
import io.microvisor.compose.template.LayoutEnv;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// The units that bring the machine's state to its places below `/sysroot`, one after the other.
///
/// There is no shell to decide anything: each unit looks, when its turn comes, whether what it is for is still to be done. After
/// the last of those that may mount the state, one is left that mounts memory in its place; so whatever happened before, `/var`
/// and `/etc` are made the same way, and the machine comes up.
///
/// | unit | runs if | does |
/// |---|---|---|
/// | `systemd-repart` | the image has definitions | makes slot B and the state partition, where they are missing |
/// | `emt-state-found` | | waits until udev has told of all disks |
/// | `emt-state-missing` | there is no partition | says so |
/// | `emt-reset`... | a factory reset is asked for | see [ResetUnits] |
/// | `emt-state` | there is one, and nothing is mounted | checks, repairs, mounts, grows it |
/// | `emt-state-anew` | it is not mounted; policy `recreate` | makes and mounts it anew |
/// | `emt-state-damaged` | it is still not mounted | says so; policy `rescue`: has the machine stop |
/// | `emt-state-memory` | nothing is mounted | mounts memory |
/// | `emt-var-filled` | the state has no `/var` | fills it from the image |
/// | `emt-var` | | adds what is new in the image, mounts it on `/var` |
/// | `emt-etc` | | forgets what is not kept, mounts the rest over `/etc` |
/// | `emt-layout` | in place of the last three, EMT's layout.env is followed | see [EmtLayoutUnit] |
final class StateUnits {
  private static final String FROM = "/usr/lib/emt/";

  /// What is made aside becomes `/var` when it is whole and on the disk.
  private static final String NEW_VAR = StateStore.MOUNT + "/var.new";

  private static final String MEMORY =
      "mount --mkdir -t tmpfs -o mode=0755,size=50%%,nr_inodes=1m,nosuid,nodev tmpfs "
          + StateStore.MOUNT;

  private final SortedMap<String, String> files = new TreeMap<>();
  private final List<String> units = new ArrayList<>();

  private final TreeCopy copy;

  private StateUnits(TreeCopy copy) {
    this.copy = copy;
  }

  /// Puts them, and what they read.
  static void put(TreeCopy copy, StateStore state) {
    StateUnits made = new StateUnits(copy);
    switch (state) {
      case StateStore.None _ -> {
        return;
      }
      case StateStore.Memory _ -> {
        made.add("emt-state-memory", UnitFile.beforeTheRoot("State in memory").run(MEMORY));
        made.folders(List.of());
      }
      case StateStore.Partition partition -> made.partition(partition);
    }
    made.files.forEach(copy::put);
    made.units.forEach(
        unit -> copy.link(OwnUnits.UNITS + "initrd-root-fs.target.requires/" + unit, "../" + unit));
  }

  private void partition(StateStore.Partition state) {
    String device = state.device();
    repart(state);
    add(
        "emt-state-found",
        UnitFile.beforeTheRoot("Search for the state partition")
            .after("systemd-repart.service")
            .tryRun("udevadm settle --timeout=30 --exit-if-exists=" + device));
    wanted(
        "emt-state-missing",
        UnitFile.beforeTheRoot("Notice of a missing state partition")
            .after("emt-state-found.service")
            .unlessThere(device)
            .loud()
            .say(
                "state: this disk has no partition for it (expected: a disk of "
                    + state.leastDisk()
                    + " or more)")
            .say("state: is in memory, a restart forgets it"));
    wanted(
        "emt-state",
        UnitFile.beforeTheRoot("State partition")
            // Later targets ask once more for what failed; by then something else is mounted.
            .after("emt-state-found.service")
            .ifThere(device)
            .unlessMounted(StateStore.MOUNT)
            .service("TimeoutStartSec", "4min")
            // Errors were found and are corrected.
            .service("SuccessExitStatus", "1")
            .run("e2fsck -y " + device)
            .run(mount(state))
            .tryRun("/usr/lib/systemd/systemd-growfs " + StateStore.MOUNT));
    damaged(state);
    ResetUnits.add(this, copy, state);
    add(
        "emt-state-memory",
        UnitFile.beforeTheRoot("State in memory")
            .after(
                "emt-state-missing.service",
                "emt-state.service",
                "emt-state-anew.service",
                "emt-state-damaged.service")
            .unlessMounted(StateStore.MOUNT)
            .run(MEMORY));
    switch (state.contents()) {
      case StateStore.Contents.Kept(List<String> etc) -> {
        fillVar();
        folders(etc);
      }
      case StateStore.Contents.Emt(LayoutEnv layout) ->
          add(
              "emt-layout",
              UnitFile.beforeTheRoot("Mounts of layout.env")
                  .after("emt-state-memory.service")
                  .loud()
                  .runAll(EmtLayoutUnit.commands(layout)));
    }
  }

  private void fillVar() {
    files.put(FROM + "var-filled.conf", "C " + NEW_VAR + " - - - - /sysroot/var\n");
    add(
        "emt-var-filled",
        UnitFile.beforeTheRoot("First filling of /var")
            .after("emt-state-memory.service")
            .unlessThere(StateStore.VAR)
            .run("rm -rf " + NEW_VAR)
            .run("systemd-tmpfiles --create " + FROM + "var-filled.conf")
            .run("sync --file-system " + StateStore.MOUNT)
            .run("mv -T " + NEW_VAR + " " + StateStore.VAR));
  }

  /// systemd's own unit, which looks for definitions in the wrong place as long as nothing tells it to wait for the root. A
  /// release whose definitions do not fit the disk must not stop the boot, so nothing requires it.
  private void repart(StateStore.Partition state) {
    copy.put(
        OwnUnits.UNITS + "systemd-repart.service.d/10-emt.conf",
        """
        [Unit]
        After=sysroot.mount
        Before=initrd-root-fs.target
        ConditionDirectoryNotEmpty=|/sysroot/usr/lib/repart.d
        OnFailure=emt-layout-failed.service

        [Service]
        TimeoutStartSec=4min
        """);
    copy.link(
        OwnUnits.UNITS + "initrd-root-fs.target.wants/systemd-repart.service",
        "../systemd-repart.service");
    notice(
        "emt-layout-failed",
        UnitFile.onFailure("Notice of a disk that does not fit")
            .loud()
            .say(
                "disk: cannot be divided as this image wants (expected: "
                    + state.leastDisk()
                    + " or more, with room behind the last partition); it is left as it was"));
  }

  private void damaged(StateStore.Partition state) {
    String unreadable = "state: " + state.device() + " cannot be repaired or mounted";
    switch (state.damaged()) {
      case RECREATE -> {
        wanted(
            "emt-state-anew",
            ifDamaged(state, "New state partition", "emt-state.service")
                .say(unreadable)
                .say("state: is made anew, all in it is lost, as persistence.damaged says")
                .run(make(state))
                .run(mount(state)));
        wanted(
            "emt-state-damaged",
            ifDamaged(state, "Notice of a damaged state partition", "emt-state-anew.service")
                .say("state: cannot be made anew; is in memory, a restart forgets it"));
      }
      case DEGRADE ->
          wanted(
              "emt-state-damaged",
              ifDamaged(state, "Notice of a damaged state partition", "emt-state.service")
                  .say(unreadable)
                  .say("state: is in memory, a restart forgets it"));
      case RESCUE ->
          wanted(
              "emt-state-damaged",
              ifDamaged(state, "Stop at a damaged state partition", "emt-state.service")
                  .say(unreadable)
                  .say("state: the machine stops in rescue mode, as persistence.damaged says")
                  .run("mkdir -p /run/systemd/system.control")
                  .run(
                      "ln -sfn /usr/lib/systemd/system/rescue.target"
                          + " /run/systemd/system.control/default.target"));
    }
  }

  private static UnitFile ifDamaged(StateStore.Partition state, String description, String after) {
    return UnitFile.beforeTheRoot(description)
        .after(after)
        .ifThere(state.device())
        .unlessMounted(StateStore.MOUNT)
        .loud();
  }

  /// The command that mounts the state.
  static String mount(StateStore.Partition state) {
    return "mount --mkdir -t ext4 -o nosuid,nodev,errors=remount-ro "
        + state.device()
        + " "
        + StateStore.MOUNT;
  }

  /// The command that makes the file system as systemd-repart does, without room that only root may use.
  static String make(StateStore.Partition state) {
    return "mkfs.ext4 -q -F -m 0 -L " + state.label() + " " + state.device();
  }

  /// `/var` and `/etc`, wherever the state is.
  private void folders(List<String> keptEtc) {
    files.put(FROM + "var.conf", "C+ " + StateStore.VAR + " - - - - /sysroot/var\n");
    add(
        "emt-var",
        UnitFile.beforeTheRoot("/var on the state")
            .after("emt-state-memory.service", "emt-var-filled.service")
            // What cannot be added, such as on a full disk, is missing; the machine comes up all
            // the same.
            .tryRun("systemd-tmpfiles --create " + FROM + "var.conf")
            .run("mount --bind " + StateStore.VAR + " /sysroot/var"));
    files.put(
        FROM + "etc.conf",
        """
        d %s 0755 root root -
        d %s 0700 root root -
        """
            .formatted(StateStore.ETC, StateStore.ETC_WORK));
    UnitFile etc =
        UnitFile.beforeTheRoot("What this machine changed in /etc")
            .after("emt-state-memory.service")
            .tryRun("systemd-tmpfiles --create " + FROM + "etc.conf");
    forget(keptEtc).ifPresent(etc::tryRun);
    add(
        "emt-etc",
        etc.run(
            "mount -t overlay -o redirect_dir=off,index=off,metacopy=off,lowerdir=/sysroot/etc,upperdir="
                + StateStore.ETC
                + ",workdir="
                + StateStore.ETC_WORK
                + " overlay /sysroot/etc"));
  }

  /// Removes from the layer over `/etc` what is not kept. It only takes away, so that it can be interrupted, and works on a
  /// full disk.
  private static Optional<String> forget(List<String> kept) {
    if (kept.isEmpty() || kept.contains("/etc")) {
      return Optional.empty();
    }
    StringBuilder spared = new StringBuilder();
    for (String path : kept) {
      String stored = StateStore.ETC + path.substring("/etc".length());
      spared.append(" ! -path ").append(stored).append(" ! -path ").append(stored).append("/*");
    }
    // Folders come after what is in them, and go when nothing is left there.
    return Optional.of(
        "find "
            + StateStore.ETC
            + " -mindepth 1 -depth ( ! -type d -o -empty )"
            + spared
            + " -delete");
  }

  private void add(String name, UnitFile file) {
    String unit = name + ".service";
    files.put(OwnUnits.UNITS + unit, file.toString());
    units.add(unit);
  }

  /// One that may fail.
  void wanted(String name, UnitFile file) {
    String unit = name + ".service";
    files.put(OwnUnits.UNITS + unit, file.toString());
    copy.link(OwnUnits.UNITS + "initrd-root-fs.target.wants/" + unit, "../" + unit);
  }

  /// One that only says that another failed.
  void notice(String name, UnitFile file) {
    files.put(OwnUnits.UNITS + name + ".service", file.toString());
  }
}
