package io.microvisor.compose.initrd;

/// The units an initrd has that no package ships.
final class OwnUnits {
  private static final String UNITS = "usr/lib/systemd/system/";

  private OwnUnits() {}

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

  private static final String PATIENCE =
      """
      [Unit]
      JobTimeoutSec=%d
      JobTimeoutAction=reboot-force
      """;

  private static final String ETC_FOLDERS =
      """
      d /run/emt 0755 root root -
      d /run/emt/etc 0700 root root -
      d /run/emt/etc/upper 0755 root root -
      d /run/emt/etc/work 0700 root root -
      """;

  private static final String ETC_MOUNT =
      """
      [Unit]
      Description=Volatile Layer over /etc
      DefaultDependencies=no
      RequiresMountsFor=/sysroot
      Requires=emt-etc.service
      After=emt-etc.service
      Before=initrd-root-fs.target
      Conflicts=umount.target
      Before=umount.target

      [Mount]
      What=overlay
      Where=/sysroot/etc
      Type=overlay
      Options=lowerdir=/sysroot/etc,upperdir=/run/emt/etc/upper,workdir=/run/emt/etc/work
      """;

  private static final String ETC_SERVICE =
      """
      [Unit]
      Description=Folders of the Volatile Layer over /etc
      DefaultDependencies=no
      Before=initrd-root-fs.target

      [Service]
      Type=oneshot
      RemainAfterExit=yes
      ExecStart=systemd-tmpfiles --create /usr/lib/emt/etc.conf
      """;

  private static final String VAR_STAGE =
      """
      [Unit]
      Description=Memory for /var
      DefaultDependencies=no
      Before=initrd-root-fs.target
      Conflicts=umount.target
      Before=umount.target

      [Mount]
      What=tmpfs
      Where=/run/emt/var
      Type=tmpfs
      Options=mode=0755,size=50%,nr_inodes=1m,nosuid,nodev
      """;

  private static final String VAR_SERVICE =
      """
      [Unit]
      Description=Fill /var from the Image
      DefaultDependencies=no
      RequiresMountsFor=/sysroot /run/emt/var
      Before=initrd-root-fs.target

      [Service]
      Type=oneshot
      RemainAfterExit=yes
      ExecStart=systemd-tmpfiles --create /usr/lib/emt/var.conf
      """;

  private static final String VAR_MOUNT =
      """
      [Unit]
      Description=Volatile /var
      DefaultDependencies=no
      RequiresMountsFor=/sysroot /run/emt/var
      Requires=emt-var.service
      After=emt-var.service
      Before=initrd-root-fs.target
      Conflicts=umount.target
      Before=umount.target

      [Mount]
      What=/run/emt/var
      Where=/sysroot/var
      Type=none
      Options=bind
      """;

  static void put(TreeCopy copy, InitrdSpec spec) {
    copy.put(UNITS + "emergency.service", EMERGENCY);
    copy.put(
        UNITS + "initrd.target.d/10-patience.conf",
        PATIENCE.formatted(spec.patience().toSeconds()));
    copy.link(UNITS + "default.target", "initrd.target");
    copy.link(UNITS + "ctrl-alt-del.target", "reboot.target");
    if (spec.volatiles().contains(InitrdSpec.Volatile.ETC)) {
      copy.put("usr/lib/emt/etc.conf", ETC_FOLDERS);
      copy.put(UNITS + "emt-etc.service", ETC_SERVICE);
      copy.put(UNITS + "sysroot-etc.mount", ETC_MOUNT);
      require(copy, "sysroot-etc.mount");
    }
    if (spec.volatiles().contains(InitrdSpec.Volatile.VAR)) {
      copy.put("usr/lib/emt/var.conf", "C /run/emt/var - - - - /sysroot/var\n");
      copy.put(UNITS + "run-emt-var.mount", VAR_STAGE);
      copy.put(UNITS + "emt-var.service", VAR_SERVICE);
      copy.put(UNITS + "sysroot-var.mount", VAR_MOUNT);
      require(copy, "sysroot-var.mount");
    }
  }

  private static void require(TreeCopy copy, String unit) {
    copy.link(UNITS + "initrd-root-fs.target.requires/" + unit, "../" + unit);
  }
}
