package io.microvisor.compose.initrd;

/// The units an initrd has that no package ships.
final class OwnUnits {
  private static final String UNITS = "usr/lib/systemd/system/";

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

  private static final String ETC_FOLDERS =
      """
      d /run/emt 0755 root root -
      d /run/emt/etc 0700 root root -
      d /run/emt/etc/upper 0755 root root -
      d /run/emt/etc/work 0700 root root -
      """;

  private static final String ETC_SERVICE =
      """
      [Unit]
      Description=Volatile layer over /etc
      DefaultDependencies=no
      RequiresMountsFor=/sysroot
      Before=initrd-root-fs.target

      [Service]
      Type=oneshot
      RemainAfterExit=yes
      ExecStart=systemd-tmpfiles --create /usr/lib/emt/etc.conf
      ExecStart=mount -t overlay -o \
      lowerdir=/sysroot/etc,upperdir=/run/emt/etc/upper,workdir=/run/emt/etc/work \
      overlay /sysroot/etc
      """;

  private static final String VAR_FILES =
      """
      d /run/emt 0755 root root -
      C /run/emt/var - - - - /sysroot/var
      """;

  /// Filled aside and moved into place: a bind and an unmount, because shared mounts cannot be moved.
  private static final String VAR_SERVICE =
      """
      [Unit]
      Description=Volatile /var filled from the image
      DefaultDependencies=no
      RequiresMountsFor=/sysroot
      Before=initrd-root-fs.target

      [Service]
      Type=oneshot
      RemainAfterExit=yes
      ExecStart=mount --mkdir -t tmpfs -o mode=0755,size=50%%,nr_inodes=1m,nosuid,nodev \
      tmpfs /run/emt/var
      ExecStart=systemd-tmpfiles --create /usr/lib/emt/var.conf
      ExecStart=mount --bind /run/emt/var /sysroot/var
      ExecStart=umount /run/emt/var
      """;

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
    if (spec.volatiles().contains(InitrdSpec.Volatile.ETC)) {
      copy.put("usr/lib/emt/etc.conf", ETC_FOLDERS);
      putRequired(copy, "emt-etc.service", ETC_SERVICE);
    }
    if (spec.volatiles().contains(InitrdSpec.Volatile.VAR)) {
      copy.put("usr/lib/emt/var.conf", VAR_FILES);
      putRequired(copy, "emt-var.service", VAR_SERVICE);
    }
  }

  private static void putRequired(TreeCopy copy, String unit, String text) {
    copy.put(UNITS + unit, text);
    copy.link(UNITS + "initrd-root-fs.target.requires/" + unit, "../" + unit);
  }
}
