package io.microvisor.systemtests;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// A dkms package with the source of one module, as `dh_dkms` makes them, packed by Debian's own dpkg-deb.
public final class DkmsSource {
  private DkmsSource() {}

  /// Packs `<name>-dkms` 1.0.
  ///
  /// @param debs gets the package
  /// @param scratch an empty folder
  /// @param conf more lines of dkms.conf
  /// @param code the module's source
  public static void pack(Path debs, Path scratch, String name, String conf, String code)
      throws IOException, InterruptedException {
    Path root = Files.createDirectories(scratch.resolve("root"));
    Path source = Files.createDirectories(root.resolve("usr/src/" + name + "-1.0"));
    Files.writeString(
        source.resolve("dkms.conf"),
        """
        PACKAGE_NAME="%1$s"
        PACKAGE_VERSION="1.0"
        BUILT_MODULE_NAME[0]="%1$s"
        DEST_MODULE_LOCATION[0]="/updates"
        AUTOINSTALL="yes"
        """
                .formatted(name)
            + conf);
    Files.writeString(source.resolve("Makefile"), "obj-m := " + name + ".o\n");
    Files.writeString(source.resolve(name + ".c"), code);
    Path control = Files.createDirectories(root.resolve("DEBIAN"));
    Files.writeString(
        control.resolve("control"),
        """
        Package: %s-dkms
        Version: 1.0
        Architecture: all
        Maintainer: Vendor <kernel@vendor.example>
        Depends: dkms
        Description: made in a test
        """
            .formatted(name));
    Files.writeString(
        control.resolve("postinst"),
        "#!/bin/sh\nset -e\n[ \"$1\" != configure ] || /usr/lib/dkms/common.postinst %s 1.0 \"\" \"\" \"$2\"\n"
            .formatted(name));
    Oracles.open()
        .succeed(
            scratch,
            """
            chmod 755 root/DEBIAN/postinst
            cd root
            find usr -type f -exec md5sum {} + >DEBIAN/md5sums
            cd ..
            dpkg-deb --root-owner-group -b root %s-dkms_1.0_all.deb
            """
                .formatted(name));
    Files.copy(
        scratch.resolve(name + "-dkms_1.0_all.deb"), debs.resolve(name + "-dkms_1.0_all.deb"));
  }
}
