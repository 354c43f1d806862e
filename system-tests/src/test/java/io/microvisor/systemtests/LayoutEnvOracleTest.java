package io.microvisor.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.compose.template.LayoutEnv;
import io.microvisor.compose.template.Loading;
import io.microvisor.compose.template.TemplateLoader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What bash makes of a layout.env is what we make of it. The boot is in `LayoutEnvBootTest`.
class LayoutEnvOracleTest {
  /// Each a way to write things; a blank line between two.
  private static final String CASES =
      """
      # Nothing but a comment.

      TMPFS_OVERLAYS_PATHS=

      TMPFS_OVERLAYS_PATHS="" # none
      PERSISTENT_BIND_PATHS=''

      export TMPFS_OVERLAYS_PATHS="/var /etc" PERSISTENT_BIND_PATHS=/home

      OVERLAY=tmpfs:10%; PERSISTENT_BIND_PATHS="/etc/hosts /etc/ssh"

      TMPFS_OVERLAYS_PATHS="/var \\
        /etc" \\
        OVERLAY=tmpfs:64m

      PERSISTENT_BIND_PATHS='
        /etc/fstab
      \t/etc/lvm/archive
        /opt/docker'

      PERSISTENT_BIND_TARGET=/da"ta/"'ke'\\pt TMPFS_OVERLAY_TARGET=/data/tmp

      PERSISTENT_BIND_PATHS=/a # /b
      # a comment with a ' and a "
      \tTMPFS_OVERLAYS_PATHS=/var

      TMPFS_OVERLAYS_PATHS=/etc
      TMPFS_OVERLAYS_PATHS+=" /var"
      PERSISTENT_BIND_PATHS+=/home

      TMPFS_OVERLAYS_PATHS=/etc
      TMPFS_OVERLAYS_PATHS=/var\\ /srv
      """;

  @TempDir Path folder;

  @Test
  void readsAsBashDoes() throws IOException, InterruptedException {
    int number = 0;
    for (String text : CASES.split("\n\n", -1)) {
      String name = "layout" + number++ + ".env";
      Files.writeString(folder.resolve(name), text + "\n");
      Files.writeString(folder.resolve("reader"), reader(name));

      LayoutEnv layout = read(name);

      assertThat(
              String.join(
                  "\n",
                  layout.size(),
                  layout.overlayTarget(),
                  String.join(" ", layout.overlays()),
                  layout.bindTarget(),
                  String.join(" ", layout.binds()),
                  ""))
          .as(text)
          .isEqualTo(Oracles.open().succeed(folder, "bash reader"));
    }
  }

  /// As EMT's reader takes the variables.
  private static String reader(String name) {
    return """
    set -f
    unset OVERLAY TMPFS_OVERLAYS_PATHS TMPFS_OVERLAY_TARGET PERSISTENT_BIND_PATHS PERSISTENT_BIND_TARGET
    . ./%s
    overlay=tmpfs:25%%
    if [ -n "$OVERLAY" ]; then overlay=$OVERLAY; fi
    paths=/var
    if [ -n "${TMPFS_OVERLAYS_PATHS+x}" ]; then paths=$TMPFS_OVERLAYS_PATHS; fi
    echo "${overlay#*:}"
    echo "${TMPFS_OVERLAY_TARGET:-/opt/.mount/tmpfs}"
    echo $paths
    echo "${PERSISTENT_BIND_TARGET:-/opt/.mount/persistent}"
    echo $PERSISTENT_BIND_PATHS
    """
        .formatted(name);
  }

  private LayoutEnv read(String name) throws IOException {
    Path template =
        Files.writeString(
            folder.resolve("emt.yaml"),
            """
            image: {name: emt, version: "1"}
            target: {os: debian, dist: debian13, arch: x86_64, imageType: raw}
            systemConfig:
              kernel: {packages: [linux-image-cloud-amd64]}
              persistence: {state: ext4, layoutEnv: %s}
            """
                .formatted(name));
    return switch (TemplateLoader.load(template)) {
      case Loading.Loaded(var loaded) -> (LayoutEnv) loaded.system().persistence().layout();
      case Loading.Rejected rejected -> throw new AssertionError(rejected.toString());
    };
  }
}
