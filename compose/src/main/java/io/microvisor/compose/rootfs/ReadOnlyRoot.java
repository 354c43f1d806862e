package io.microvisor.compose.rootfs;

import io.microvisor.formats.tree.Meta;
import java.io.IOException;

/// What an image needs so that its root can be read-only: `/var` as a copy in memory, `/home` and `/root` on it, the
/// package database out of the way, host keys made at boot, and no first-boot or after-update work at every boot.
///
/// The initrd mounts a tmpfs on `/var`, fills it with what the image has there, and puts a volatile overlay on `/etc`.
final class ReadOnlyRoot {
  private static final String UNITS = "usr/lib/systemd/system/";

  private static final String HOST_KEYS =
      """
      [Unit]
      Description=Make this machine's OpenSSH host key
      ConditionPathExists=!/etc/ssh/ssh_host_ed25519_key
      Before=ssh.service ssh.socket

      [Service]
      Type=oneshot
      RemainAfterExit=yes
      ExecStart=/usr/bin/ssh-keygen -q -t ed25519 -N "" -f /etc/ssh/ssh_host_ed25519_key
      """;

  private ReadOnlyRoot() {}

  /// Prepares the tree.
  ///
  /// @param epoch the image's time, in seconds since 1970
  static void apply(RootEditor root, long epoch) throws IOException {
    movePackageDatabase(root);
    bindFromVar(root, "root", "var/roothome", 0700);
    bindFromVar(root, "home", "var/home", 0755);
    hostKeys(root);
    markUpdated(root, epoch);
    for (String mountPoint : new String[] {"boot", "efi", "mnt", "media", "srv", "opt"}) {
      if (!root.exists(mountPoint)) {
        root.directory(mountPoint, Meta.of(0755));
      }
    }
  }

  /// A package database describes the image, so it belongs to the image, not to the machine's `/var`.
  private static void movePackageDatabase(RootEditor root) {
    if (root.exists("var/lib/dpkg")) {
      root.move("var/lib/dpkg", "usr/lib/sysimage/dpkg");
      root.symlink("var/lib/dpkg", "/usr/lib/sysimage/dpkg");
    }
  }

  private static void bindFromVar(RootEditor root, String mountPoint, String source, int mode) {
    if (root.exists(mountPoint)) {
      root.move(mountPoint, source);
    } else {
      root.directory(source, Meta.of(mode));
    }
    root.directory(mountPoint, Meta.of(mode));
    String unit = mountPoint + ".mount";
    root.write(
        UNITS + unit,
        0644,
        """
        [Unit]
        Description=/%s, kept below /var
        DefaultDependencies=no
        RequiresMountsFor=/var
        Conflicts=umount.target
        Before=local-fs.target umount.target systemd-tmpfiles-setup.service

        [Mount]
        What=/%s
        Where=/%s
        Type=none
        Options=bind
        """
            .formatted(mountPoint, source, mountPoint));
    root.symlink(UNITS + "local-fs.target.wants/" + unit, "../" + unit);
  }

  /// Debian's openssh-server makes host keys when it is installed, which an image must not hold.
  private static void hostKeys(RootEditor root) {
    if (!root.exists("usr/bin/ssh-keygen") || !root.exists(UNITS + "ssh.service")) {
      return;
    }
    root.write(UNITS + "emt-ssh-host-key.service", 0644, HOST_KEYS);
    root.write(
        UNITS + "ssh.service.d/emt-host-key.conf",
        0644,
        "[Unit]\nWants=emt-ssh-host-key.service\nAfter=emt-ssh-host-key.service\n");
  }

  /// Tells `ConditionNeedsUpdate=` (systemd.unit(5)) that `/etc` and `/var` go with this `/usr`: both come from the
  /// image, at every boot.
  private static void markUpdated(RootEditor root, long epoch) {
    String text = "# Made with the image.\nTIMESTAMP_NSEC=" + epoch + "000000000\n";
    root.write("etc/.updated", 0644, text);
    root.write("var/.updated", 0644, text);
  }
}
