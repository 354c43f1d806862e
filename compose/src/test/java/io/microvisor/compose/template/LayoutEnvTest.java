package io.microvisor.compose.template;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.compose.problem.Code;
import io.microvisor.compose.problem.Problem;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What bash itself makes of such files is in `LayoutEnvOracleTest`.
class LayoutEnvTest {
  @TempDir Path folder;

  @Test
  void readsWhatEmtShips() {
    LayoutEnv layout =
        layout(
            """
            # Where changes go.
            OVERLAY="tmpfs:25%"
            TMPFS_OVERLAY_TARGET="/opt/.mount/tmpfs"
            TMPFS_OVERLAYS_PATHS="/var /usr/share/pki /etc"
            PERSISTENT_BIND_TARGET="/opt/.mount/persistence"

            PERSISTENT_BIND_PATHS="
              /home
              /etc/fstab
              /etc/lvm/archive
              /var/lib/rancher"
            """);

    assertThat(layout)
        .isEqualTo(
            new LayoutEnv(
                "25%",
                "/opt/.mount/tmpfs",
                List.of("/var", "/usr/share/pki", "/etc"),
                "/opt/.mount/persistence",
                List.of("/home", "/etc/fstab", "/etc/lvm/archive", "/var/lib/rancher")));
    assertThat(layout.mountPoint()).isEqualTo("/opt");
    assertThat(layout.upper("/usr/share/pki"))
        .isEqualTo("/opt/.mount/tmpfs/usr-share-pki.overlay/pki");
    assertThat(layout.work("/usr/share/pki"))
        .isEqualTo("/opt/.mount/tmpfs/usr-share-pki.overlay/work");
    assertThat(layout.bound("/etc/lvm/archive"))
        .isEqualTo("/opt/.mount/persistence/etc-lvm-archive.bind");
    assertThat(layout(layout.text())).isEqualTo(layout);
  }

  @Test
  void onlyUnsetMeansTheDefault() {
    LayoutEnv unset = layout("");
    assertThat(unset.overlays()).containsExactly("/var");
    assertThat(unset.binds()).isEmpty();
    assertThat(unset.size()).isEqualTo("25%");
    assertThat(unset.bindTarget()).isEqualTo("/opt/.mount/persistent");
    assertThat(unset.overlayTarget()).isEqualTo("/opt/.mount/tmpfs");

    LayoutEnv empty = layout("TMPFS_OVERLAYS_PATHS=\nOVERLAY=\nPERSISTENT_BIND_TARGET=''\n");
    assertThat(empty.overlays()).isEmpty();
    assertThat(empty.size()).isEqualTo("25%");
    assertThat(empty.bindTarget()).isEqualTo("/opt/.mount/persistent");
  }

  @Test
  void passesByWhatIsMountedAlready() {
    LayoutEnv layout =
        layout(
            "TMPFS_OVERLAYS_PATHS='/var /etc /var /opt'\nPERSISTENT_BIND_PATHS='/etc /home /home /opt'\n");

    assertThat(layout.overlays()).containsExactly("/var", "/etc");
    assertThat(layout.binds()).containsExactly("/home");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "A=/x|1:1|A: means nothing here",
        "cd /|1:1|cd (expected: an assignment, NAME=\"value\", not a command)",
        "OVERLAY = x|1:1|OVERLAY (expected: an assignment",
        "declare OVERLAY=x|1:1|declare (expected:",
        "export -n OVERLAY|1:8|-n (expected: an assignment such as",
        "export OVERLAY|1:8|OVERLAY (expected: an assignment after export)",
        "export; OVERLAY=|1:1|export; (expected:",
        "OVERLAY=tmpfs:1 export B=2|1:17|export (expected:",
        "# no\\n  OVERLAY=\"$SIZE\"|2:12|OVERLAY: a variable, $SIZE\" (expected: plain text)",
        "OVERLAY=$(id)|1:9|OVERLAY: a command, $(id) (expected: plain text)",
        "OVERLAY=\"a`id`\"|1:11|OVERLAY: a command, `id`\" (expected",
        "OVERLAY=(a b)|1:9|OVERLAY: ( outside quotes",
        "OVERLAY=a&&b|1:10|OVERLAY: & outside quotes",
        "OVERLAY=~/x|1:9|OVERLAY: ~ (expected: the folder it stands for)",
        "OVERLAY=\"tmpfs|1:9|OVERLAY: a quote that is not closed (expected: \")",
        "OVERLAY='tmpfs|1:9|OVERLAY: a quote that is not closed (expected: ')",
        "OVERLAY=ext4|1:9|OVERLAY: ext4 (expected: tmpfs: and a size, such as tmpfs:25%)",
        "OVERLAY='tmpfs:1 x'|1:18|OVERLAY: x follows (expected: one word)",
        "OVERLAY+=x|1:1|OVERLAY: is added to (expected: OVERLAY=)",
        "PERSISTENT_BIND_PATHS='/a'\\nPERSISTENT_BIND_PATHS+='/b'|2:1|PERSISTENT_BIND_PATHS: runs into",
        "PERSISTENT_BIND_PATHS=\"\\n  /etc\\n  home\"|3:3|PERSISTENT_BIND_PATHS: home (expected: an absolute",
        "PERSISTENT_BIND_PATHS=\"/etc/*\"|1:24|PERSISTENT_BIND_PATHS: /etc/* (expected: an absolute",
        "PERSISTENT_BIND_PATHS=/var/|1:23|PERSISTENT_BIND_PATHS: /var/ (expected: an absolute",
        "PERSISTENT_BIND_PATHS=/run/x|1:23|PERSISTENT_BIND_PATHS: /run/x: lies in memory",
        "PERSISTENT_BIND_TARGET=/var/kept|1:24|PERSISTENT_BIND_TARGET: /var/kept: the partition would hide /var",
        "TMPFS_OVERLAY_TARGET=/srv/x|1:22|TMPFS_OVERLAY_TARGET: /srv/x: lies on the read-only root",
        "OVERLAY=tmpfs:1\\r|1:9|OVERLAY: tmpfs:1",
      })
  void refusesWhatIsNotPlainOrDoesNothing(String text, String place, String message) {
    List<Problem> problems =
        Templates.problems(load(text.replace("\\n", "\n").replace("\\r", "\r")));

    assertThat(problems).hasSize(1);
    Problem problem = problems.getFirst();
    assertThat(problem.place().file()).isEqualTo("layout.env");
    assertThat(problem.place().line() + ":" + problem.place().column()).isEqualTo(place);
    assertThat(problem.what()).startsWith(message);
    assertThat(problem.code()).isEqualTo(Code.BAD_LAYOUT_ENV);
  }

  @Test
  void standsInPlaceOfPaths() {
    Templates.write(folder, "layout.env", "");
    List<Problem> problems =
        Templates.problems(
            TemplateLoader.load(
                Templates.write(
                    folder,
                    "emt.yaml",
                    Templates.SMALLEST
                        + "  persistence: {state: ext4, layoutEnv: layout.env, paths: [{path: /etc/a}]}\n")));

    assertThat(problems)
        .extracting(Problem::what)
        .containsExactly("paths: stands beside layoutEnv (expected: one of them)");
  }

  private LayoutEnv layout(String text) {
    return (LayoutEnv) Templates.loaded(load(text)).system().persistence().layout();
  }

  private Loading load(String text) {
    Templates.write(folder, "layout.env", text);
    return TemplateLoader.load(
        Templates.write(
            folder,
            "emt.yaml",
            Templates.SMALLEST + "  persistence: {state: ext4, layoutEnv: layout.env}\n"));
  }
}
