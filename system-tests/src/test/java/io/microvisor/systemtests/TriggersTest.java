package io.microvisor.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.bytes.ContentSource;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.TreePath;
import io.microvisor.packages.install.Configure;
import io.microvisor.packages.install.ConfigureSpec;
import io.microvisor.packages.install.Consequences;
import io.microvisor.packages.install.Follow;
import io.microvisor.packages.install.MergedPackages;
import io.microvisor.packages.install.PackageMerge;
import io.microvisor.sandbox.Sandbox;
import io.microvisor.sandbox.SandboxSupport;
import io.microvisor.store.Store;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What follows from files that are added to configured packages is what follows when a package brings them and does in its
/// postinst what Debian's helpers write there; Debian's own dpkg and apt install it.
@Tag("system")
class TriggersTest {
  private static final long EPOCH = 1_760_000_000L;

  /// As dh_installsysusers, dh_installtmpfiles and dh_makeshlibs write it, and as packages with certificates do.
  private static final String POSTINST =
      """
      #!/bin/sh
      set -e
      systemd-sysusers own.conf
      systemd-tmpfiles --create own.conf
      update-ca-certificates
      ldconfig
      """;

  private static final String MIME =
      """
      <?xml version="1.0" encoding="UTF-8"?>
      <mime-info xmlns="http://www.freedesktop.org/standards/shared-mime-info">
        <mime-type type="application/x-own"><comment>own</comment><glob pattern="*.own"/></mime-type>
      </mime-info>
      """;

  @TempDir Path folder;

  @Test
  void whatFollowsFromFilesIsWhatAPackageWithThemMakes() throws Exception {
    Oracles.open()
        .succeed(
            folder,
            "openssl req -new -x509 -newkey rsa:2048 -nodes -sha256 -days 36500 -subj /CN=own"
                + " -keyout key -out own.crt 2>openssl.log");
    MiniArchive zoo = new MiniArchive(Files.createDirectory(folder.resolve("zoo")));
    try (Archive archive = Archive.open();
        Store store = Store.open(folder.resolve("store"))) {
      PackageSet set =
          PackageSet.of(
              archive,
              List.of("apt", "systemd-sysv", "dbus", "ca-certificates", "shared-mime-info"));
      MergedPackages merged = PackageMerge.beforeScripts(set.unpacked());
      SampleTree files = files(merged, folder.resolve("own.crt"));
      Path own =
          zoo.add(
              "own-files",
              "1",
              "Depends: systemd, ca-certificates, shared-mime-info\n",
              Map.of("postinst", POSTINST),
              files);
      FileTree real =
          new RealInstallation(archive, store.contents())
              .install(set.and(List.of(own), store), List.of(), EPOCH);
      FileTree configured =
          Configure.in(sandbox())
              .configure(ConfigureSpec.of(merged, EPOCH), store.contents(), _ -> {});
      ContentSource all = store.contents().or(merged.contents()).or(files.contents());

      FileTree ours =
          Follow.in(TriggersTest::sandbox)
              .add(configured, files.tree(), all, EPOCH, store.contents(), _ -> {});
      FileTree again =
          Follow.in(TriggersTest::sandbox)
              .add(configured, files.tree(), all, EPOCH, store.contents(), _ -> {});

      assertThat(again.digest()).isEqualTo(ours.digest());
      assertThat(differences(new InstalledSystem(ours, all), new InstalledSystem(real, all)))
          .isEmpty();
      assertThat(new InstalledSystem(ours, all).text("etc/passwd")).contains("own-app:");
      assertThat(ours.find("srv/own")).isPresent();
      assertThat(ours.find("etc/ssl/certs/own.pem")).isPresent();
      assertThat(new InstalledSystem(ours, all).text("usr/share/mime/globs")).contains("*.own");
      assertThat(ours.find("etc/ld.so.cache")).isNotEqualTo(configured.find("etc/ld.so.cache"));

      Consequences consequences = Consequences.in(configured, all);
      for (String path :
          List.of("etc/motd", "opt/app/run", "var/lib/app/state", "etc/ssh/x.conf")) {
        assertThat(consequences.of(TreePath.of(path))).as("%s", path).isEmpty();
      }
    }
  }

  private static SampleTree files(MergedPackages merged, Path certificate) throws IOException {
    Inode.RegularFile library =
        merged
            .tree()
            .resolve(TreePath.of("usr/lib/x86_64-linux-gnu/libz.so.1"))
            .map(FileTree.Entry::inode)
            .filter(Inode.RegularFile.class::isInstance)
            .map(Inode.RegularFile.class::cast)
            .orElseThrow();
    return new SampleTree()
        .file("etc/ld.so.conf.d/own.conf", utf8("/opt/own/lib\n"))
        .file("opt/own/lib/libown.so.1", merged.contents().open(library.content()).readAll(1 << 24))
        .file("usr/lib/sysusers.d/own.conf", utf8("u own-app - \"Own\" /var/lib/own\n"))
        .file("usr/lib/tmpfiles.d/own.conf", utf8("d /srv/own 0750 own-app own-app -\n"))
        .file("usr/local/share/ca-certificates/own.crt", Files.readAllBytes(certificate))
        .file("usr/share/mime/packages/own.xml", utf8(MIME));
  }

  private static Sandbox sandbox() throws IOException, InterruptedException {
    return Sandbox.on(SandboxSupport.probe());
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /// But for dpkg's database, which names the package.
  private static List<String> differences(InstalledSystem ours, InstalledSystem real)
      throws IOException {
    List<Pattern> expected = new ArrayList<>(RealDpkgTest.documented());
    expected.add(Pattern.compile("/var/lib/dpkg/.+"));
    return RealDpkgTest.differences(ours.paths(), real.paths(), expected);
  }
}
