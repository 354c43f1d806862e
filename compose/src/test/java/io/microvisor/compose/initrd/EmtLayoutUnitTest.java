package io.microvisor.compose.initrd;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.compose.template.LayoutEnv;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EmtLayoutUnitTest {
  private static final String TARGET = "/sysroot/opt/.mount/";

  @Test
  void mountsThePartitionAndTheMemoryFirst() {
    assertThat(EmtLayoutUnit.commands(layout(List.of(), List.of())))
        .containsExactly(
            "mount --bind /run/emt/state /sysroot/opt",
            "mount --mkdir -t tmpfs -o size=25%% tmpfs /sysroot/opt/.mount/tmpfs");
  }

  @Test
  void putsOverlaysBeforeWhatIsKeptEachInItsOrder() {
    assertThat(
            EmtLayoutUnit.commands(
                    layout(List.of("/var", "/etc"), List.of("/var/lib/x", "/etc/hosts")))
                .stream()
                .skip(2)
                .map(line -> line.split(" ", 3)[1]))
        .containsExactly(
            "/sysroot/var", "/sysroot/etc", "/sysroot/var/lib/x", "/sysroot/etc/hosts");
  }

  @ParameterizedTest
  @CsvSource({
    "/var,/sysroot/var,var.overlay/var,var.overlay/work",
    "/usr/share/pki,/sysroot/usr/share/pki,usr-share-pki.overlay/pki,usr-share-pki.overlay/work",
    "/root,/sysroot/var/roothome,root.overlay/root,root.overlay/work"
  })
  void makesAnOverlayWithTheFoldersOwnerAndMode(
      String path, String lower, String upper, String work) {
    String at = TARGET + "tmpfs/";
    assertThat(EmtLayoutUnit.commands(layout(List.of(path), List.of())).stream().skip(2))
        .containsExactly(
            "-find %s -maxdepth 0 -type d".formatted(lower)
                + " -exec mkdir -p %s %s \\;".formatted(at + upper, at + work)
                + " -exec chown --reference={} %s \\;".formatted(at + upper)
                + " -exec chmod --reference={} %s \\;".formatted(at + upper)
                + " -exec mount -t overlay -o lowerdir={},upperdir=%s,workdir=%s overlay {} \\;"
                    .formatted(at + upper, at + work));
  }

  @ParameterizedTest
  @CsvSource({
    "/etc/hosts,/sysroot/etc/hosts,etc-hosts.bind,hosts",
    "/etc/lvm/archive,/sysroot/etc/lvm/archive,etc-lvm-archive.bind,archive",
    "/opt/docker,/sysroot/opt/docker,opt-docker.bind,docker",
    "/home,/sysroot/var/home,home.bind,home",
    "/home/app/x,/sysroot/var/home/app/x,home-app-x.bind,x"
  })
  void copiesWhatIsMissingAndMountsIt(String path, String from, String folder, String name) {
    String at = TARGET + "persistence/" + folder;
    assertThat(EmtLayoutUnit.commands(layout(List.of(), List.of(path))).stream().skip(2))
        .containsExactly(
            "-find %s -maxdepth 0 ( -type d -exec mkdir -p %s \\;".formatted(from, at)
                + " -exec cp -a --update=none -T {} %1$s \\; -exec mount --bind %1$s {} \\;"
                    .formatted(at)
                + " -o -type f -exec mkdir -p %s \\;".formatted(at)
                + " -exec cp -a --update=none -T {} %1$s \\; -exec mount --bind %1$s {} \\; )"
                    .formatted(at + "/" + name));
  }

  private static LayoutEnv layout(List<String> overlays, List<String> binds) {
    return new LayoutEnv("25%", "/opt/.mount/tmpfs", overlays, "/opt/.mount/persistence", binds);
  }
}
