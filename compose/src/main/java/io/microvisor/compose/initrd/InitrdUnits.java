package io.microvisor.compose.initrd;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/// Which of systemd's own units, programs and rules an initrd takes from its root.
///
/// Not among them, because each is a program to start that finds nothing to do here: `systemd-tmpfiles-setup*`, for there is no
/// `tmpfiles.d`; and `kmod-static-nodes`, whose device nodes would load modules when opened: those that the way to the root takes
/// are loaded before. `initrd-parse-etc` is left out, too: what the real root's `fstab` wants of an initrd would be mounted by a
/// generator that is turned off for a verity root, because it obeys whoever hands in credentials.
///
/// @param units file names in `usr/lib/systemd/system`; those a root lacks are left out
/// @param programs paths of what must be there
/// @param rules file names in `usr/lib/udev/rules.d`; those a root lacks are left out
/// @param optional paths of what is taken when there
record InitrdUnits(
    SortedSet<String> units, List<String> programs, List<String> rules, List<String> optional) {
  private static final String LIB = "usr/lib/systemd/";

  private static final List<String> UNITS =
      List.of(
          // The chain to the root.
          "initrd.target",
          "initrd-root-device.target",
          "initrd-root-fs.target",
          "initrd-usr-fs.target",
          "initrd-fs.target",
          "initrd-cleanup.service",
          "initrd-switch-root.target",
          "initrd-switch-root.service",
          "initrd-udevadm-cleanup-db.service",
          "basic.target",
          "sysinit.target",
          "local-fs-pre.target",
          "local-fs.target",
          "remote-fs.target",
          "swap.target",
          "sockets.target",
          "paths.target",
          "slices.target",
          "timers.target",
          "blockdev@.target",
          "modprobe@.service",
          // What runs meanwhile.
          "systemd-journald.service",
          "systemd-journald.socket",
          "systemd-journald-dev-log.socket",
          "systemd-udevd.service",
          "systemd-udevd-control.socket",
          "systemd-udevd-kernel.socket",
          "systemd-udev-trigger.service",
          "systemd-modules-load.service",
          // Endings.
          "emergency.target",
          "shutdown.target",
          "umount.target",
          "final.target",
          "reboot.target",
          "systemd-reboot.service",
          "poweroff.target",
          "systemd-poweroff.service");

  private static final List<String> PROGRAMS =
      List.of(
          LIB + "systemd",
          LIB + "systemd-executor",
          LIB + "systemd-journald",
          LIB + "systemd-udevd",
          LIB + "systemd-modules-load",
          LIB + "systemd-shutdown",
          LIB + "system-generators/systemd-fstab-generator",
          "usr/bin/systemctl",
          "usr/bin/systemd-tmpfiles",
          "usr/bin/udevadm",
          "usr/bin/kmod",
          "usr/sbin/modprobe",
          "usr/bin/mount",
          "usr/bin/umount",
          "usr/bin/sleep",
          "usr/bin/rm",
          "usr/bin/mkdir",
          "usr/bin/echo");

  private static final List<String> RULES =
      List.of(
          "50-udev-default.rules",
          "60-block.rules",
          "60-persistent-storage.rules",
          "80-drivers.rules",
          "99-systemd.rules");

  private static final List<String> MAPPER_RULES =
      List.of("55-dm.rules", "60-persistent-storage-dm.rules", "95-dm-notify.rules");

  private static final List<String> OPTIONAL =
      List.of("usr/lib/udev/ata_id", "usr/lib/udev/scsi_id");

  static InitrdUnits of(Set<InitrdSpec.Feature> features) {
    SortedSet<String> units = new TreeSet<>(UNITS);
    List<String> programs = new ArrayList<>(PROGRAMS);
    List<String> rules = new ArrayList<>(RULES);
    List<String> optional = new ArrayList<>(OPTIONAL);
    for (InitrdSpec.Feature feature : new TreeSet<>(features)) {
      switch (feature) {
        case VERITY -> {
          units.addAll(
              List.of("veritysetup.target", "veritysetup-pre.target", "remote-veritysetup.target"));
          programs.add(LIB + "systemd-veritysetup");
          programs.add(LIB + "system-generators/systemd-veritysetup-generator");
        }
        case CRYPT -> {
          units.addAll(
              List.of(
                  "cryptsetup.target",
                  "cryptsetup-pre.target",
                  "remote-cryptsetup.target",
                  "systemd-ask-password-console.path",
                  "systemd-ask-password-console.service"));
          optional.add(LIB + "systemd-cryptsetup");
          optional.add("usr/bin/systemd-cryptsetup");
          optional.add(LIB + "system-generators/systemd-cryptsetup-generator");
          optional.add("usr/bin/systemd-tty-ask-password-agent");
        }
        case TPM -> {
          units.addAll(
              List.of(
                  "tpm2.target",
                  "systemd-pcrphase-initrd.service",
                  "systemd-tpm2-setup-early.service"));
          rules.add("60-tpm-udev.rules");
          optional.addAll(
              List.of(
                  LIB + "systemd-pcrextend",
                  LIB + "systemd-tpm2-setup",
                  LIB + "system-generators/systemd-tpm2-generator",
                  "usr/lib/tmpfiles.d/20-systemd-stub.conf",
                  "usr/lib/x86_64-linux-gnu/libtss2-esys.so.0",
                  "usr/lib/x86_64-linux-gnu/libtss2-rc.so.0",
                  "usr/lib/x86_64-linux-gnu/libtss2-mu.so.0",
                  "usr/lib/x86_64-linux-gnu/libtss2-tcti-device.so.0",
                  "usr/lib/x86_64-linux-gnu/cryptsetup/libcryptsetup-token-systemd-tpm2.so"));
        }
        case STATE -> {
          units.add("systemd-repart.service");
          programs.addAll(
              List.of(
                  "usr/bin/systemd-repart",
                  "usr/sbin/mkfs.ext4",
                  "usr/sbin/e2fsck",
                  LIB + "systemd-growfs",
                  "usr/bin/chattr",
                  "usr/bin/chmod",
                  "usr/bin/chown",
                  "usr/bin/cp",
                  "usr/bin/cmp",
                  "usr/bin/dd",
                  "usr/bin/find",
                  "usr/bin/ln",
                  "usr/bin/mv",
                  "usr/bin/sync"));
          optional.add("etc/mke2fs.conf");
        }
        case GPT_AUTO -> programs.add(LIB + "system-generators/systemd-gpt-auto-generator");
      }
    }
    if (features.contains(InitrdSpec.Feature.VERITY)
        || features.contains(InitrdSpec.Feature.CRYPT)) {
      rules.addAll(MAPPER_RULES);
      programs.add("usr/sbin/dmsetup");
    }
    return new InitrdUnits(units, programs, rules, optional);
  }
}
