package io.microvisor.compose.rootfs;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.bytes.ContentSource;
import io.microvisor.compose.problem.Problem;
import io.microvisor.compose.template.Loading;
import io.microvisor.compose.template.Template;
import io.microvisor.compose.template.TemplateLoader;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.Meta;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StatefulRootTest {
  private static final String UNITS = "usr/lib/systemd/system/";

  @TempDir Path folder;
  private final RootEditor root =
      new RootEditor(FileTree.builder().build(), ContentSource.of(Map.of()), 0);

  @BeforeEach
  void makeRoot() {
    root.directory("etc", Meta.of(0755));
    root.write("etc/hostname", 0644, "one\n");
    root.directory("opt/empty", Meta.of(0700).withOwner(7, 8));
    root.write("srv/data/default", 0644, "x");
    root.write("opt/file", 0644, "x");
    root.symlink("opt/link", "empty");
  }

  @Test
  void changesNothingWithoutState() throws IOException {
    FileTree before = root.tree();

    assertThat(StatefulRoot.apply(root, template("{state: none}"))).isEmpty();

    assertThat(root.tree()).isEqualTo(before);
  }

  @Test
  void bringsDefinitionsAndKeepsTheRunningSystemFromRepartitioning() throws IOException {
    assertThat(apply("")).isEmpty();

    assertThat(root.text("usr/lib/repart.d/40-state.conf").orElseThrow())
        .contains("\nType=linux-generic\n", "\nFormat=ext4\n", "\nSizeMinBytes=1073741824\n");
    assertThat(root.find("etc/systemd/system/systemd-repart.service"))
        .hasValueSatisfying(
            inode -> assertThat(((Inode.Symlink) inode).target()).isEqualTo("/dev/null"));
    assertThat(root.exists(UNITS + "emt-folders.service")).isFalse();
  }

  @Test
  void asksForAFactoryResetByTheUsualTarget() throws IOException {
    assertThat(apply("")).isEmpty();

    assertThat(
            root.text(UNITS + "factory-reset.target.requires/emt-factory-reset.service")
                .orElseThrow())
        .contains("\nSuccessAction=reboot\n")
        .contains(
            "\nExecStart=dd status=none if=/usr/lib/emt/factory-reset.efivar"
                + " of=/sys/firmware/efi/efivars/FactoryReset-8cf2644b-4b0b-428f-9387-6d876050dc67\n");
    assertThat(root.text("usr/lib/emt/factory-reset.efivar").orElseThrow()).hasSize(12);
  }

  @Test
  void joinsWhatTheImageHasAndMountsTheRest() throws IOException {
    assertThat(
            apply(
                "{path: /srv/data}, {path: /opt/empty}, {path: /opt/new, seed: none}, {path: /etc/hostname}"))
        .isEmpty();

    assertThat(root.text(UNITS + "srv-data.mount").orElseThrow()).contains("\nType=overlay\n");
    assertThat(root.text(UNITS + "opt-empty.mount").orElseThrow()).contains("\nOptions=bind\n");
    assertThat(root.find("opt/new")).get().isInstanceOf(Inode.Directory.class);
    assertThat(root.exists(UNITS + "etc-hostname.mount")).isFalse();
    assertThat(root.find(UNITS + "local-fs.target.requires/opt-new.mount")).isPresent();
    assertThat(root.text("usr/lib/emt/folders.conf").orElseThrow())
        .contains("d /run/emt/state/folders/opt-empty/upper :0700 :7 :8 -\n")
        .contains("d /run/emt/state/folders/srv-data/work 0700 root root -\n")
        .doesNotContain("opt-empty/work");
  }

  @Test
  void givesOwnersAndMakesWhatLiesBelowVar() throws IOException {
    assertThat(
            apply(
                "{path: /etc/hostname, mode: \"0600\"}, {path: /home/app, seed: none, owner: \"app:adm\"},"
                    + " {path: /opt/empty}"))
        .isEmpty();

    assertThat(root.text("usr/lib/tmpfiles.d/emt-kept.conf").orElseThrow())
        .isEqualTo("z /etc/hostname 0600 - -\nd /home/app - app adm -\n");
    assertThat(root.exists(UNITS + "home-app.mount")).isFalse();
  }

  @Test
  void tellsDifferencesOnlyWhereSomethingOfEtcIsKept() throws IOException {
    assertThat(apply("{path: /srv/data}")).isEmpty();
    assertThat(root.exists(UNITS + "emt-etc-changes.service")).isFalse();

    assertThat(apply("{path: /etc/hostname}")).isEmpty();
    assertThat(root.text("usr/lib/emt/etc-kept")).hasValue("/etc/hostname\n");
    assertThat(root.find(UNITS + "multi-user.target.wants/emt-etc-changes.service")).isPresent();
    assertThat(root.exists(UNITS + "run-emt-image.mount")).isTrue();
  }

  @Test
  void joinsExtensionsWhereSystemdCan() throws IOException {
    root.write(UNITS + "systemd-confext.service", 0644, "[Install]\nWantedBy=sysinit.target\n");

    assertThat(apply("")).isEmpty();

    assertThat(root.find("etc/systemd/system/sysinit.target.wants/systemd-confext.service"))
        .isPresent();
    assertThat(root.exists("var/lib/confexts")).isTrue();
    assertThat(root.exists("var/lib/extensions")).isFalse();
  }

  @Test
  void refusesWhatIsNotInTheImageOrNoFolder() throws IOException {
    assertThat(
            apply(
                    "{path: /etc/hostnam}, {path: /opt/file}, {path: /opt/link/a, seed: none}, {path: /srv/data,"
                        + " seed: none}")
                .stream()
                .map(Problem::what))
        .containsExactly(
            "path: /etc/hostnam: is not in the image (expected: a path that is)",
            "path: /opt/file: is not a folder (expected: below /etc anything, elsewhere a folder)",
            "path: /opt/link/a: is reached through a link (expected: /opt/empty/a)",
            "path: /srv/data: is in the image (expected: seed: image, or an image without it)");
  }

  @Test
  void bringsWhatALayoutEnvNeeds() throws IOException {
    Files.writeString(
        folder.resolve("layout.env"),
        """
        PERSISTENT_BIND_TARGET=/data/kept
        TMPFS_OVERLAY_TARGET=/data/tmp
        PERSISTENT_BIND_PATHS=/not/there
        """);

    assertThat(StatefulRoot.apply(root, template("{state: ext4, layoutEnv: layout.env}")))
        .isEmpty();

    assertThat(root.text("usr/lib/repart.d/40-state.conf").orElseThrow())
        .contains("\nLabel=edge_persistent\n");
    assertThat(root.find("data")).get().isInstanceOf(Inode.Directory.class);
    assertThat(root.text("etc/layout.env").orElseThrow())
        .contains("TMPFS_OVERLAYS_PATHS=\"/var\"\n", "PERSISTENT_BIND_PATHS=\"/not/there\"\n");
    Files.writeString(folder.resolve("layout.env"), "PERSISTENT_BIND_PATHS=/opt/link/a");
    assertThat(StatefulRoot.apply(root, template("{state: ext4, layoutEnv: layout.env}")))
        .extracting(Problem::what)
        .containsExactly(
            "layoutEnv: /opt/link/a: is reached through a link (expected: /opt/empty/a)");
  }

  /// In the initrd, root mounts over it, and would follow what its owner put on the way.
  @Test
  void mountsNothingBelowAFolderOfAUsers() throws IOException {
    root.directory("var/home/app", Meta.of(0755).withOwner(1000, 1000));
    Files.writeString(
        folder.resolve("layout.env"),
        "PERSISTENT_BIND_PATHS='/home /home/app /home/app/.config/x /opt/empty/a'");

    assertThat(StatefulRoot.apply(root, template("{state: ext4, layoutEnv: layout.env}")))
        .extracting(Problem::what)
        .containsExactly(
            "layoutEnv: /home/app/.config/x: lies in a folder of a user's, who could lead it elsewhere"
                + " (expected: /home/app)",
            "layoutEnv: /opt/empty/a: lies in a folder of a user's, who could lead it elsewhere"
                + " (expected: /opt/empty)");
  }

  private List<Problem> apply(String paths) throws IOException {
    return StatefulRoot.apply(root, template("{state: ext4, paths: [" + paths + "]}"));
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
