package io.microvisor.compose.initrd;

/// The units an initrd has that no package ships.
final class OwnUnits {
  /// Where units lie.
  static final String UNITS = "usr/lib/systemd/system/";

  /// A credential that is always there. systemd takes in what the machine offers once, unless there was nothing: without this
  /// one, the real root's systemd would look again, behind the refusal.
  private static final String MARK = ".extra/credentials/emt.taken.cred";

  /// What ends a boot that failed: no shell, but a restart, by systemd itself.
  private static final String EMERGENCY =
      """
      [Unit]
      Description=Boot failed, restarting in 10 seconds
      DefaultDependencies=no
      Conflicts=shutdown.target
      Before=shutdown.target
      SuccessAction=reboot-force
      FailureAction=reboot-force

      [Service]
      Type=oneshot
      ExecStart=/usr/bin/sleep 10
      """;

  /// Mounted by a unit of our own: the fstab generator would obey a credential that adds mounts, before any unit could
  /// refuse it.
  private static final String VERITY_ROOT =
      """
      [Unit]
      Description=Root File System
      Before=initrd-root-fs.target
      After=blockdev@dev-mapper-root.target

      [Mount]
      What=/dev/mapper/root
      Where=/sysroot
      Type=erofs
      Options=ro
      """;

  private static final String VERITY_ROOT_DEVICE =
      """
      [Unit]
      Requires=dev-mapper-root.device
      After=dev-mapper-root.device
      """;

  /// The device mapper's control node is there once its module is, and nothing else would load that.
  private static final String VERITY_MODULES =
      """
      [Unit]
      After=systemd-modules-load.service
      """;

  /// Drivers, modules and buses are no devices, and terminals, consoles and memory lead to no root and bring no module: together
  /// two of three events on a small machine. What most often does lead there comes first. The real root's udev sees all of them.
  private static final String COLDPLUG =
      """
      [Service]
      ExecStart=
      ExecStart=-udevadm trigger --type=devices --action=add --prioritized-subsystem=block,virtio,nvme,mmc,usb,pci \
      --subsystem-nomatch=tty --subsystem-nomatch=vc --subsystem-nomatch=mem --subsystem-nomatch=memory \
      --subsystem-nomatch=vtconsole --subsystem-nomatch=graphics --subsystem-nomatch=workqueue \
      --subsystem-nomatch=wakeup --subsystem-nomatch=input --subsystem-nomatch=leds \
      --subsystem-nomatch=clockevents --subsystem-nomatch=clocksource --subsystem-nomatch=event_source
      """;

  /// Only a root that is there is switched to.
  private static final String CLEANUP =
      """
      [Unit]
      Requires=initrd-root-fs.target
      """;

  /// Where there is a TPM, systemd itself refuses what was encrypted with the empty key.
  private static final String WITHOUT_TPM = "ConditionSecurity=!tpm2\n";

  private OwnUnits() {}

  static void put(TreeCopy copy, InitrdSpec spec) {
    copy.put(UNITS + "emergency.service", EMERGENCY);
    copy.put(
        UNITS + "initrd.target.d/10-patience.conf",
        "[Unit]\nJobTimeoutSec="
            + spec.patience().toSeconds()
            + "\nJobTimeoutAction=reboot-force\n");
    copy.link(UNITS + "default.target", "initrd.target");
    copy.link(UNITS + "ctrl-alt-del.target", "reboot.target");
    copy.put(UNITS + "systemd-udev-trigger.service.d/10-storage.conf", COLDPLUG);
    copy.put(UNITS + "initrd-cleanup.service.d/10-root.conf", CLEANUP);
    copy.link(UNITS + "initrd.target.wants/initrd-cleanup.service", "../initrd-cleanup.service");
    putRefusal(copy, "system", "", "err");
    // It always finds the mark, so this is no news.
    putRefusal(copy, "encrypted", WITHOUT_TPM, "info");
    copy.put(MARK, "The initrd has taken in all credentials.\n");
    if (spec.features().contains(InitrdSpec.Feature.VERITY)) {
      copy.link("etc/systemd/system-generators/systemd-fstab-generator", "/dev/null");
      putRequired(copy, "sysroot.mount", VERITY_ROOT);
      copy.put(UNITS + "systemd-veritysetup@.service.d/10-modules.conf", VERITY_MODULES);
      copy.put(UNITS + "initrd-root-device.target.d/10-verity.conf", VERITY_ROOT_DEVICE);
    }
    StateUnits.put(copy, spec.state());
  }

  private static void putRefusal(TreeCopy copy, String kind, String condition, String level) {
    String unit = "emt-refuse-" + kind + "-credentials.service";
    putRequired(copy, unit, refusal(kind, condition, level));
    copy.link(UNITS + "initrd-switch-root.service.requires/" + unit, "../" + unit);
  }

  /// Runs where Secure Boot is on, and where nobody can tell because the firmware's variables are not to be seen. `rm` fails
  /// if it is still a mount point, and then nothing boots.
  private static String refusal(String kind, String condition, String level) {
    return """
    [Unit]
    Description=Refusal of %1$s credentials
    DefaultDependencies=no
    ConditionSecurity=|uefi-secureboot
    ConditionPathIsMountPoint=|!/sys/firmware/efi/efivars
    ConditionPathExists=/run/credentials/@%1$s
    %2$sBefore=sysinit.target local-fs-pre.target initrd-root-device.target initrd-root-fs.target
    Before=initrd-switch-root.target initrd-switch-root.service
    Before=systemd-journald.service systemd-udevd.service systemd-modules-load.service
    Before=systemd-tmpfiles-setup-dev-early.service systemd-tmpfiles-setup-dev.service
    Before=systemd-tmpfiles-setup.service
    Conflicts=shutdown.target
    OnFailure=emergency.target
    OnFailureJobMode=replace-irreversibly

    [Service]
    Type=oneshot
    RemainAfterExit=yes
    StandardOutput=kmsg
    SyslogIdentifier=emt
    SyslogLevel=%3$s
    ExecStart=umount /run/credentials/@%1$s
    ExecStart=rm -r /run/credentials/@%1$s
    ExecStart=mkdir -m 0700 /run/credentials/@%1$s
    ExecStart=echo refused %1$s credentials: Secure Boot is on, or cannot be asked
    """
        .formatted(kind, condition, level);
  }

  private static void putRequired(TreeCopy copy, String unit, String text) {
    copy.put(UNITS + unit, text);
    copy.link(UNITS + "initrd-root-fs.target.requires/" + unit, "../" + unit);
  }
}
