package io.microvisor.compose.rootfs;

import io.microvisor.compose.template.Persistence;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.TreePath;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// Keeps units that packages bring from what is in vain in this image. A template that wants a unit nevertheless gets it.
final class IdleUnits {
  private static final String UNITS = UnitLinks.PACKAGED;

  /// They look after snapshots that LVM makes of ext4 file systems, and to look for some they read every mount, which mounts
  /// the EFI system partition.
  private static final List<String> SCRUBBING =
      List.of("e2scrub_reap.service", "e2scrub_all.timer");

  /// The daily copies of a package database that is read-only would all be the same, and in memory.
  private static final String COPYING = "dpkg-db-backup.timer";

  /// They carry something from one boot to the next, which finds it only on a state partition. The journal of this boot stays in
  /// `/run`; `/var/log/journal` would be memory, too.
  private static final List<String> KEEPING =
      List.of(
          "systemd-random-seed.service",
          "systemd-journal-flush.service",
          "systemd-networkd-persistent-storage.service");

  /// When a unit has something to do; each start of a program saved makes the boot shorter. `modprobe@`: not for what is built into
  /// the kernel, which has a folder there without a state. One that has a state may still be loading, so it is waited for. Credentials: where `ImportCredential=` looks for them (systemd.exec(5)).
  private static final Map<String, String> CONDITIONS =
      Map.of(
          "modprobe@.service",
          """
          [Unit]
          ConditionPathExists=|!/sys/module/%i
          ConditionPathExists=|/sys/module/%i/initstate
          """,
          "systemd-remount-fs.service",
          """
          [Unit]
          ConditionPathExists=/etc/fstab
          """,
          "systemd-udev-load-credentials.service",
          """
          [Unit]
          ConditionPathExistsGlob=|/run/credentials/@*/udev.*
          ConditionPathExistsGlob=|/etc/credstore*/udev.*
          ConditionPathExistsGlob=|/run/credstore*/udev.*
          ConditionPathExistsGlob=|/usr/lib/credstore*/udev.*
          ConditionPathExistsGlob=|/usr/local/lib/credstore*/udev.*
          """);

  private static final String TRIGGER = "systemd-udev-trigger.service";
  private static final String TRIGGER_ALL = "udevadm trigger --type=all ";

  /// Rules that name what else udev is told of besides devices and modules (udev(7), `SUBSYSTEM`).
  private static final Pattern OF_NO_DEVICE =
      Pattern.compile("SUBSYSTEMS?\\s*[!=]=\\s*\"[^\"]*\\b(drivers|subsystem)\\b");

  private final RootEditor root;

  private IdleUnits(RootEditor root) {
    this.root = root;
  }

  /// @param wanted the units that the template enables
  static void apply(RootEditor root, UnitLinks units, Persistence.State state, Set<String> wanted)
      throws IOException {
    if (!root.exists("usr/sbin/lvs")) {
      for (String unit : SCRUBBING) {
        units.disable(unit);
      }
    }
    units.disable(COPYING);
    switch (state) {
      case NONE ->
          KEEPING.stream()
              .filter(unit ->
                  root.exists(UNITS + unit)
                      && UnitSearch.FOLDERS.stream()
                          .filter(folder -> !folder.equals(UNITS))
                          .noneMatch(folder -> root.exists(folder + unit))
                      && !wanted.contains(unit))
              .forEach(units::mask);
      case EXT4 -> {}
    }
    IdleUnits idle = new IdleUnits(root);
    CONDITIONS.forEach(idle::addTo);
    idle.triggerDevicesOnly();
  }

  private void addTo(String unit, String lines) {
    if (root.exists(UNITS + unit)) {
      root.write(UNITS + unit + ".d/10-emt.conf", 0644, lines);
    }
  }

  /// Of what udev is told about when the machine starts, one in six is a driver or a bus: neither has a node, and rules
  /// say nothing of them.
  private void triggerDevicesOnly() throws IOException {
    Optional<String> command =
        root.text(UNITS + TRIGGER)
            .orElse("")
            .lines()
            .filter(line -> line.startsWith("ExecStart=") && line.contains(TRIGGER_ALL))
            .findFirst();
    if (command.isPresent() && !anyRuleOfNoDevice()) {
      addTo(
          TRIGGER,
          "[Service]\nExecStart=\n"
              + command.get()
              + " --subsystem-nomatch=drivers --subsystem-nomatch=subsystem\n");
    }
  }

  private boolean anyRuleOfNoDevice() throws IOException {
    for (String folder : List.of("usr/lib/udev/rules.d", "etc/udev/rules.d")) {
      for (FileTree.Entry rules : root.tree().children(TreePath.of(folder))) {
        if (OF_NO_DEVICE.matcher(root.text(rules.path().toString()).orElse("")).find()) {
          return true;
        }
      }
    }
    return false;
  }
}
