package io.microvisor.compose.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.microvisor.compose.template.Loading;
import io.microvisor.compose.template.Template;
import io.microvisor.compose.template.TemplateLoader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PathTableTest {
  @TempDir Path folder;

  @Test
  void tellsThatWithoutStateNothingIsKept() throws IOException {
    assertThat(table("{state: none}"))
        .isEqualTo(
            """
            / | image | same | new | same
            /etc | image, changes in memory | image's | new | image's
            /home | image, changes in memory | image's | new | image's
            /root | image, changes in memory | image's | new | image's
            /run | memory | empty | empty | empty
            /tmp | memory | empty | empty | empty
            /var | image, changes in memory | image's | new | image's
            """);
  }

  @Test
  void tellsWhatIsKeptAndWhatAResetLeaves() throws IOException {
    assertThat(
            table(
                "{state: ext4, factoryReset: {keep: [/etc/machine-id, /opt/app]}, paths:"
                    + " [{path: /etc/app}, {path: /opt/app, seed: none}, {path: /srv/data}]}"))
        .isEqualTo(
            """
            / | image | same | new | same
            /etc | image, changes on the state | forgotten | new | forgotten
            /etc/app | image, changes on the state | kept | kept | image's
            /etc/machine-id | state | kept | kept | kept
            /etc/ssh/ssh_host_ed25519_key | state | kept | kept | made anew
            /etc/ssh/ssh_host_ed25519_key.pub | state | kept | kept | made anew
            /home | state, filled from the image | kept | kept | image's
            /opt/app | state | kept | kept | kept
            /root | state, filled from the image | kept | kept | image's
            /run | memory | empty | empty | empty
            /srv/data | image, changes on the state | kept | kept | image's
            /tmp | memory | empty | empty | empty
            /var | state, filled from the image | kept | kept | image's
            """);
  }

  @Test
  void hasOneLineForAllOfEtc() throws IOException {
    assertThat(table("{state: ext4, paths: [{path: /etc}]}"))
        .contains("\n/etc | image, changes on the state | kept | kept | image's\n/home ");
  }

  @Test
  void tellsALayoutEnv() throws IOException {
    Files.writeString(
        folder.resolve("layout.env"),
        "TMPFS_OVERLAYS_PATHS='/var /etc'\nPERSISTENT_BIND_PATHS=/etc/hosts\n");

    assertThat(table("{state: ext4, layoutEnv: layout.env}"))
        .isEqualTo(
            """
            / | image | same | new | same
            /etc | image, changes in memory | image's | new | image's
            /etc/hosts | edge_persistent, copied from the image | kept | kept | image's
            /opt | edge_persistent | kept | kept | empty
            /opt/.mount/tmpfs | memory | empty | empty | empty
            /run | memory | empty | empty | empty
            /tmp | memory | empty | empty | empty
            /var | image, changes in memory | image's | new | image's
            """);
  }

  @Test
  void refusesALineOfAnotherForm() {
    assertThatThrownBy(() -> PathTable.parse("# a comment\n/\timage\tsame\n"))
        .hasMessageContaining("3 fields in a line (expected: 5)");
  }

  /// Written and read again.
  private String table(String persistence) throws IOException {
    PathTable table = PathTable.of(template(persistence));
    assertThat(PathTable.parse(table.text())).isEqualTo(table);
    return table.text().replaceFirst("#.*\n", "").replace("\t", " | ");
  }

  private Template template(String persistence) throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("kept.yaml"),
            """
            image: {name: kept, version: "1"}
            target: {os: debian, dist: debian13, arch: x86_64, imageType: raw}
            systemConfig:
              kernel: {packages: [linux-image-amd64]}
              persistence: %s
            """
                .formatted(persistence));
    return switch (TemplateLoader.load(file)) {
      case Loading.Loaded(Template loaded) -> loaded;
      case Loading.Rejected rejected -> throw new AssertionError(rejected.toString());
    };
  }
}
