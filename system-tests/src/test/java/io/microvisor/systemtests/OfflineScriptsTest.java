package io.microvisor.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.packages.install.Configure;
import io.microvisor.packages.install.ConfigureSpec;
import io.microvisor.packages.install.MergedPackages;
import io.microvisor.packages.install.PackageMerge;
import io.microvisor.sandbox.Sandbox;
import io.microvisor.sandbox.SandboxSupport;
import io.microvisor.store.Store;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Maintainer scripts that start services, careful or not, find a system that does not run: nothing starts, nothing fails,
/// and what they change of units stays.
class OfflineScriptsTest {
  /// Whatever fails ends it.
  private static final String STARTING =
      """
      #!/bin/sh
      set -e
      systemctl daemon-reload
      systemctl enable starter.service
      systemctl restart starter.service
      systemctl reload-or-restart starter
      systemctl try-restart starter
      systemctl stop starter
      systemctl daemon-reexec
      systemctl isolate rescue.target
      systemctl enable starter.socket
      udevadm trigger
      deb-systemd-invoke start starter.service
      deb-systemd-invoke restart starter.service starter.socket
      invoke-rc.d starter start
      invoke-rc.d --quiet starter restart
      service starter start
      service old-starter restart
      ! service starter status
      start-stop-daemon --start --background --exec /usr/bin/touch -- /var/lib/started
      """;

  private static final String SCRIPT = "#!/bin/sh\ntouch /var/lib/started\n";

  @TempDir Path folder;

  @Test
  void nothingStartsAndNothingFails() throws Exception {
    SandboxSupport support = SandboxSupport.probe();
    if (support instanceof SandboxSupport.Impossible impossible) {
      throw Absent.oracle("no sandbox: " + impossible.explanation());
    }
    MiniArchive zoo = new MiniArchive(Files.createDirectory(folder.resolve("zoo")));
    Path starter =
        zoo.add(
            "starter",
            "1",
            "Depends: systemd, udev, init-system-helpers\n",
            Map.of("postinst", STARTING),
            new SampleTree()
                .file(
                    "usr/lib/systemd/system/starter.service",
                    utf8("[Service]\nExecStart=/x\n[Install]\nWantedBy=multi-user.target\n"))
                .file(
                    "usr/lib/systemd/system/starter.socket",
                    utf8("[Socket]\nListenStream=/run/x\n[Install]\nWantedBy=sockets.target\n"))
                .file("etc/init.d/old-starter", utf8(SCRIPT), SampleTree.plain(0755)));
    try (Archive archive = Archive.open();
        Store store = Store.open(folder.resolve("store"))) {
      PackageSet set =
          PackageSet.of(archive, List.of("apt", "systemd-sysv", "dbus", "udev"))
              .and(List.of(starter), store);
      MergedPackages merged = PackageMerge.beforeScripts(set.unpacked());

      FileTree tree =
          Configure.in(Sandbox.on(support))
              .configure(ConfigureSpec.of(merged, SampleTree.TIME), store.contents(), _ -> {});

      assertThat(tree.find("var/lib/started")).isEmpty();
      assertThat(tree.find("etc/systemd/system/multi-user.target.wants/starter.service"))
          .containsInstanceOf(Inode.Symlink.class);
      assertThat(tree.find("etc/systemd/system/sockets.target.wants/starter.socket"))
          .containsInstanceOf(Inode.Symlink.class);
      for (String program : List.of("invoke-rc.d", "service", "start-stop-daemon")) {
        assertThat(tree.find("usr/sbin/" + program))
            .isEqualTo(merged.tree().find("usr/sbin/" + program));
      }
    }
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
