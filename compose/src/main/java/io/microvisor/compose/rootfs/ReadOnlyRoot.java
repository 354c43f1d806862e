package io.microvisor.compose.rootfs;

import io.microvisor.formats.tree.Meta;
import java.io.IOException;
import java.util.List;

/// What an image needs so that its root can be read-only: `/home` and `/root` on `/var`, the package database out of the
/// way, a host key made where there is none, and no first-boot or after-update work at every boot.
///
/// The initrd mounts `/var` from the state, filled with what the image has there, and puts a writable layer on `/etc`.
final class ReadOnlyRoot {
  private static final String UNITS = UnitLinks.PACKAGED;

  /// Debian's unit makes every kind of key, and only on a machine's first boot; with `/etc` in memory, every boot is one, and
  /// an RSA key takes seconds to make.
  private static final String HOST_KEY =
      """
      [Unit]
      ConditionFirstBoot=
      ConditionPathExists=!/etc/ssh/ssh_host_ed25519_key

      [Service]
      ExecStart=
      ExecStart=/usr/bin/ssh-keygen -q -t ed25519 -N "" -f /etc/ssh/ssh_host_ed25519_key
      """;

  /// A folder that is mounted from `/var`.
  private record Bound(String mountPoint, String source, int mode) {}

  private static final List<Bound> BOUND =
      List.of(new Bound("root", "var/roothome", 0700), new Bound("home", "var/home", 0755));

  private ReadOnlyRoot() {}

  /// Prepares the tree.
  ///
  /// @param epoch the image's time, in seconds since 1970
  static void apply(RootEditor root, long epoch) throws IOException {
    movePackageDatabase(root);
    BOUND.forEach(bound -> bindFromVar(root, bound));
    hostKeys(root);
    markUpdated(root, epoch);
    for (String mountPoint : new String[] {"boot", "efi", "mnt", "media", "srv", "opt"}) {
      if (!root.exists(mountPoint)) {
        root.directory(mountPoint, Meta.of(0755));
      }
    }
  }

  /// Where what was at `path`, absolute, is afterwards.
  static String moved(String path) {
    for (Bound bound : BOUND) {
      String from = "/" + bound.mountPoint();
      if (path.equals(from) || path.startsWith(from + "/")) {
        return "/" + bound.source() + path.substring(from.length());
      }
    }
    return path;
  }

  /// A package database describes the image, so it belongs to the image, not to the machine's `/var`.
  private static void movePackageDatabase(RootEditor root) {
    if (root.exists("var/lib/dpkg")) {
      root.move("var/lib/dpkg", "usr/lib/sysimage/dpkg");
      root.symlink("var/lib/dpkg", "/usr/lib/sysimage/dpkg");
    }
  }

  private static void bindFromVar(RootEditor root, Bound bound) {
    String mountPoint = bound.mountPoint();
    String source = bound.source();
    int mode = bound.mode();
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

  private static void hostKeys(RootEditor root) throws IOException {
    if (root.exists(UNITS + "sshd-keygen.service")) {
      root.write(UNITS + "sshd-keygen.service.d/10-volatile-etc.conf", 0644, HOST_KEY);
      List<String> _ = new UnitLinks(root).enable("sshd-keygen.service"); // It may be masked.
    }
  }

  /// Tells `ConditionNeedsUpdate=` (systemd.unit(5)) that `/etc` and `/var` go with this `/usr`: both come from the
  /// image, at every boot.
  private static void markUpdated(RootEditor root, long epoch) {
    String text = "# Made with the image.\nTIMESTAMP_NSEC=" + epoch + "000000000\n";
    root.write("etc/.updated", 0644, text);
    root.write("var/.updated", 0644, text);
  }
}
