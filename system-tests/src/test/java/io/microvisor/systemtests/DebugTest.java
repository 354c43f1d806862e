package io.microvisor.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.compose.locking.PackageChoice;
import io.microvisor.compose.problem.RejectedException;
import io.microvisor.compose.template.Loading;
import io.microvisor.compose.template.Template;
import io.microvisor.compose.template.TemplateLoader;
import io.microvisor.packages.lock.Lock;
import io.microvisor.packages.lock.LockFile;
import io.microvisor.packages.repository.RepositorySpec;
import io.microvisor.packages.supply.PackageSupply;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `emt debug` after a package script failed, with Debian's own dpkg and essential packages around it.
class DebugTest {
  private static final String NOWHERE = "http://127.0.0.1:9/debian";

  @TempDir Path folder;

  @Test
  void opensAShellWhereAScriptFailed() throws Exception {
    Oracles.open();
    Path template =
        Files.writeString(
            folder.resolve("image.yaml"),
            """
            extends: minimal
            image: {name: bad, version: "1"}
            systemConfig:
              packages:
                - -systemd-resolved
                - -dbus
                - -iproute2
                - -openssh-server
                - breaks
            """);
    lockWithABreakingPackage(template);

    Emt.Ending ending =
        Emt.in(folder)
            .run(
                "debug",
                "configure",
                "image.yaml",
                "--mirror",
                NOWHERE,
                "-c",
                "grep -B1 'error exit status 3' /run/emt-configure.log; cat /root/left-behind;"
                    + " dpkg-query -W -f '${db:Status-Status}\\n' base-files breaks; echo \"as $(id -u)\";"
                    + " ls /home /sys | cat; exit 7");

    assertThat(ending.said())
        .contains(
            "emt: configure ended with status 1; what it said is in /run/emt-configure.log",
            "installed breaks package post-installation script subprocess returned error exit status 3",
            "half done",
            "installed\nhalf-configured",
            "as 0");
    assertThat(ending.exit()).isEqualTo(7);

    assertThat(
            Emt.in(folder).run("debug", "verity", "image.yaml", "--mirror", NOWHERE, "-c", "true"))
        .isEqualTo(
            new Emt.Ending(
                2,
                "emt: debug: step verity starts from no tree (expected: configure, modules, base, root,"
                    + " initrd, root image)\n"));
    assertThat(Emt.in(folder).run("debug", "configure", "image.yaml").said())
        .isEqualTo(
            "emt: debug: no terminal (expected: one, for the shell)\n  advice: -c 'a command' needs none\n");
  }

  /// Makes a lock with such a package, and has its packages in the cache of all tests.
  private void lockWithABreakingPackage(Path file) throws IOException, InterruptedException {
    MiniArchive archive = new MiniArchive(Files.createDirectory(folder.resolve("archive")));
    archive.add(
        "breaks",
        "1.0",
        "",
        Map.of("postinst", "#!/bin/sh\necho half done >/root/left-behind\nexit 3\n"));
    archive.publish();
    try (Archive debian = Archive.open()) {
      List<RepositorySpec> both =
          Stream.concat(
                  debian.snapshots().stream().map(snapshot -> snapshot.spec()),
                  Stream.of(archive.unsigned()))
              .toList();
      try (PackageSupply supply =
          new PackageSupply(debian.store(), both, debian.network(), Instant.now())) {
        Lock lock = PackageChoice.lock(load(file), supply, _ -> {});
        supply.fetch(lock, _ -> {});
        LockFile.write(lock, folder.resolve("image.lock"));
      }
    }
  }

  private static Template load(Path file) throws RejectedException {
    return switch (TemplateLoader.load(file)) {
      case Loading.Loaded loaded -> loaded.template();
      case Loading.Rejected rejected -> throw new RejectedException(rejected.problems());
    };
  }
}
