package io.microvisor.systemtests;

import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.TreePath;
import io.microvisor.packages.install.MergedPackages;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/// A kernel as vendors ship theirs: Debian's kernel for virtual machines, packed anew in the layout of `make bindeb-pkg` by
/// Debian's own dpkg-deb. Nothing is signed or split, nothing is depended upon, modules are packed in several ways, and lie
/// below `/lib`, not `/usr/lib`.
///
/// @param name of the package
/// @param version of the package
/// @param release what `uname -r` says
/// @param modules the folder of its modules before it was packed, with depmod's files
public record VendorKernel(String name, String version, String release, Path modules) {
  /// Runs the hooks of other packages, as `scripts/package/builddeb` has it.
  private static final String HOOK =
      """
      #!/bin/sh
      set -e
      export DEB_MAINT_PARAMS="$*"
      export INITRD=Yes
      for dir in /usr/share/kernel/@STAGE@.d /etc/kernel/@STAGE@.d; do
        if test -d "$dir"; then run-parts --arg="@RELEASE@" --arg="/boot/vmlinuz-@RELEASE@" "$dir"; fi
      done
      exit 0
      """;

  /// Packs it.
  ///
  /// @param debs an empty folder, which gets the package
  /// @param scratch an empty folder
  public static VendorKernel pack(Path debs, Path scratch)
      throws IOException, InterruptedException {
    Oracles oracles = Oracles.open();
    MergedPackages cloud = Kernels.cloud();
    String release = cloud.tree().children(TreePath.of("usr/lib/modules")).getFirst().path().name();
    Path root = Files.createDirectories(scratch.resolve("root"));
    lay(cloud, root);
    Path control = Files.createDirectories(root.resolve("DEBIAN"));
    String name = "linux-image-6.12.90-vendor";
    String version = "6.12.90-7";
    Files.writeString(
        control.resolve("control"),
        """
        Package: %s
        Source: linux-upstream
        Version: %s
        Architecture: amd64
        Maintainer: Vendor <kernel@vendor.example>
        Section: kernel
        Priority: optional
        Description: Linux kernel, made by a vendor
        """
            .formatted(name, version));
    for (String stage : new String[] {"preinst", "postinst", "prerm", "postrm"}) {
      Files.writeString(
          control.resolve(stage), HOOK.replace("@STAGE@", stage).replace("@RELEASE@", release));
    }
    oracles.succeed(
        scratch,
        """
        chmod 755 root/DEBIAN/p*
        cd root/lib/modules/%1$s
        xz -d kernel/fs/erofs/erofs.ko.xz kernel/fs/overlayfs/overlay.ko.xz
        find kernel/net kernel/drivers/md -name '*.ko.xz' -exec xz -d {} +
        find kernel/net -name '*.ko' -exec zstd -q --rm {} +
        cd ../../..
        depmod -b . %1$s
        find . -type f ! -path './DEBIAN/*' -printf '%%P\\0' | xargs -r0 md5sum >DEBIAN/md5sums
        """
            .formatted(release));
    Path packed = Files.createDirectories(scratch.resolve("out"));
    oracles.succeed(scratch, "dpkg-deb --root-owner-group -Znone -b root out");
    Files.copy(
        packed.resolve(name + "_" + version + "_amd64.deb"),
        debs.resolve(name + "_" + version + "_amd64.deb"));
    return new VendorKernel(name, version, release, root.resolve("lib/modules").resolve(release));
  }

  /// `/boot`, and the modules below `/lib`.
  private static void lay(MergedPackages cloud, Path root) throws IOException {
    for (FileTree.Entry entry : (Iterable<FileTree.Entry>) cloud.tree().entries()::iterator) {
      String path = entry.path().toString();
      boolean boot = path.startsWith("boot/");
      if (!(entry.inode() instanceof Inode.RegularFile file)
          || !(boot || path.startsWith("usr/lib/modules/"))) {
        continue;
      }
      Path target = root.resolve(boot ? path : path.substring("usr/".length()));
      Files.createDirectories(target.resolveSibling(""));
      try (InputStream stream = cloud.contents().open(file.content()).stream()) {
        Files.copy(stream, target);
      }
    }
  }
}
