package io.microvisor.compose.rootfs;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.bytes.ContentSource;
import io.microvisor.compose.problem.Problem;
import io.microvisor.compose.problem.RejectedException;
import io.microvisor.compose.template.Loading;
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

class MountPointsTest {
  private static final String PACKAGED = "usr/lib/systemd/system/";

  @TempDir Path folder;
  private final RootEditor base =
      new RootEditor(FileTree.builder().build(), ContentSource.of(Map.of()), 0);

  @BeforeEach
  void makeBase() {
    base.write("etc/passwd", 0644, "root:x:0:0:root:/root:/bin/bash\n");
    base.write("etc/group", 0644, "root:x:0:\n");
    base.write("etc/motd", 0644, "x");
    base.directory("run", Meta.of(0755));
  }

  @Test
  void makesWhatFstabNeedsOnAReadOnlyRoot() throws IOException {
    FileTree tree =
        compose(
            fstab(
                """
                # <what> <where> <type> <options>
                LABEL=data /data ext4 defaults,nofail 0 2
                LABEL=more\t/mnt/with\\040blank  xfs  noauto
                /etc/motd /opt/motd none bind
                /srv/a /opt/folder none rbind,nofail
                tmpfs /run/app tmpfs
                tmpfs /var/spool/app tmpfs
                /dev/vdb none swap sw
                """));

    assertFolder(tree, "data");
    assertFolder(tree, "mnt/with blank");
    assertFolder(tree, "opt/folder");
    assertThat(tree.find("opt/motd")).get().isInstanceOf(Inode.RegularFile.class);
    assertThat(tree.find("run/app")).isEmpty();
    assertThat(tree.find("var/spool/app")).isEmpty();
    assertThat(tree.find("none")).isEmpty();
  }

  @Test
  void makesWhatUnitsNeedBeTheyTheTemplatesOrAPackages() throws IOException {
    base.write(PACKAGED + "packaged.mount", 0644, "[Mount]\nWhat=/dev/vdc\nWhere=/packaged\n");
    base.write(PACKAGED + "masked.mount", 0644, "[Mount]\nWhat=/dev/vdc\nWhere=/masked\n");
    base.write(
        PACKAGED + "app.service",
        0644,
        """
        [Service]
        BindPaths=/srv/in:/bound/in -/srv/maybe:/bound/maybe \\
          /etc/motd:/bound/motd
        TemporaryFileSystem=/bound/tmp:ro /run/x
        """);

    FileTree tree =
        compose(
            """
            services:
                mask: [masked.mount]
                units:
                  own.automount: "[Automount]\\nWhere = /own\\n"
            """);

    assertFolder(tree, "packaged");
    assertFolder(tree, "own");
    assertFolder(tree, "bound/in");
    assertFolder(tree, "bound/tmp");
    assertThat(tree.find("bound/motd")).get().isInstanceOf(Inode.RegularFile.class);
    assertThat(tree.find("bound/maybe")).isEmpty();
    assertThat(tree.find("masked")).isEmpty();
  }

  @Test
  void readsUnitsWithTheirDropInsInEveryFolderOfSystemd() throws IOException {
    String local = "usr/local/lib/systemd/system/";
    base.write(PACKAGED + "split.mount", 0644, "[Mount]\nWhat=/dev/vdc\n");
    base.write("etc/systemd/system/split.mount.d/where.conf", 0644, "[Mount]\nWhere=/split\n");
    base.write(PACKAGED + "by-na\\x2dme.mount", 0644, "[Mount]\nWhat=/dev/vdc\n");
    base.write(local + "vendor.mount", 0644, "[Mount]\nWhat=/dev/vdd\nWhere=/vendor\n");
    base.write(PACKAGED + "vendor.mount", 0644, "[Mount]\nWhat=/dev/vdd\nWhere=/replaced\n");
    base.write(PACKAGED + "app-one@.service", 0644, "[Service]\nBindPaths=/run/x:/early\n");
    base.write(local + "app-one@.service.d/a.conf", 0644, "[Service]\nBindPaths=\n");
    base.write(local + "app-one@.service.d/b.conf", 0644, "[Service]\nBindPaths=/run/x:/late\n");
    base.write(local + "app-.service.d/c.conf", 0644, "[Service]\nTemporaryFileSystem=/alike\n");
    base.write(local + "service.d/d.conf", 0644, "[Service]\nTemporaryFileSystem=/each\n");
    base.symlink("etc/systemd/system/linked.service", "/opt/linked.service");
    base.write("opt/linked.service", 0644, "[Service]\nBindPaths=/run/x:/elsewhere\n");
    base.symlink(local + "multi-user.target.wants/app-one@i.service", "../app-one@.service");
    base.write(
        local + "app-one@i.service.d/e.conf", 0644, "[Service]\nBindPaths=/run/x:/instance\n");

    FileTree tree = compose("hostname: x");

    for (String at :
        List.of("split", "by/na-me", "vendor", "late", "alike", "each", "elsewhere", "instance")) {
      assertFolder(tree, at);
    }
    assertThat(tree.find("replaced")).isEmpty();
    assertThat(tree.find("early")).isEmpty();
  }

  @Test
  void saysWhereADropInOrAnAdministratorsUnitCannotMount() throws IOException {
    String local = "usr/local/lib/systemd/system/";
    base.write(local + "etc-motd.mount", 0644, "[Mount]\nWhat=tmpfs\nWhere=/etc/motd\n");
    base.symlink(local + "local-fs.target.wants/etc-motd.mount", "../etc-motd.mount");
    base.write(PACKAGED + "app.service", 0644, "[Service]\nExecStart=/bin/true\n");
    base.symlink(PACKAGED + "multi-user.target.wants/app.service", "../app.service");

    assertThat(
            problems(
                """
                additionalFiles:
                    - final: /etc/systemd/system/app.service.d/own.conf
                      content: "[Service]\\nTemporaryFileSystem=/etc/passwd\\n"
                """))
        .containsExactly(
            "etc-motd.mount: nothing can be mounted on /etc/motd: it is not a folder (expected: a folder, or"
                + " nothing yet)",
            "app.service: nothing can be mounted on /etc/passwd: it is not a folder (expected: a folder, or"
                + " nothing yet)");
  }

  @Test
  void leavesKeptFoldersToTheMachine() throws IOException {
    FileTree tree =
        compose(
            """
            persistence: {state: ext4, paths: [{path: /opt/app, seed: none}]}
              services: {units: {opt-app-in.mount: "[Mount]\\nWhat=tmpfs\\nWhere=/opt/app/in\\n"}}
            """);

    assertThat(tree.find("opt/app/in")).isEmpty();
  }

  @Test
  void saysWhereNothingCanBeMounted() throws IOException {
    base.write(PACKAGED + "etc-motd.mount", 0644, "[Mount]\nWhat=tmpfs\nWhere=/etc/motd\n");
    base.symlink(PACKAGED + "local-fs.target.wants/etc-motd.mount", "../etc-motd.mount");

    assertThat(
            problems(
                fstab(
                    """
                    LABEL=data /etc/motd/data ext4
                    LABEL=data /etc/passwd ext4
                    LABEL=data /etc/group ext4 nofail
                    """)))
        .containsExactly(
            "etc-motd.mount: nothing can be mounted on /etc/motd: it is not a folder (expected: a folder, or"
                + " nothing yet)",
            "/etc/fstab: nothing can be mounted on /etc/motd/data: /etc/motd is a file (expected: folders on"
                + " the way)",
            "/etc/fstab: nothing can be mounted on /etc/passwd: it is not a folder (expected: a folder, or"
                + " nothing yet)");
  }

  @Test
  void saysWhichFilesAMountHides() throws IOException {
    assertThat(
            problems(
                """
                additionalFiles:
                    - {final: /data/x, content: x}
                    - {final: /maybe/x, content: x}
                    - {final: /mine/x, content: x}
                    - final: /etc/fstab
                      content: "LABEL=a /data ext4\\nLABEL=b /maybe ext4 nofail\\n"
                  services:
                    units: {mine.mount: "[Mount]\\nWhat=LABEL=c\\nWhere=/mine\\n[Install]\\nWantedBy=local-fs.target\\n"}
                """))
        .containsExactly(
            "final: /data/x: is hidden by what /etc/fstab mounts on /data (expected: another path, or nofail"
                + " among the mount's options)",
            "final: /mine/x: is hidden by what mine.mount mounts on /mine (expected: another path, or nofail"
                + " among the mount's options)");
  }

  private static String fstab(String text) {
    return "additionalFiles:\n    - final: /etc/fstab\n      content: |\n" + text.indent(8);
  }

  private static void assertFolder(FileTree tree, String path) {
    assertThat(tree.find(path)).as(path).get().isInstanceOf(Inode.Directory.class);
  }

  private List<String> problems(String system) throws IOException {
    try {
      compose(system);
      return List.of();
    } catch (RejectedException e) {
      return e.problems().stream().map(Problem::what).toList();
    }
  }

  private FileTree compose(String system) throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("mounts.yaml"),
            """
            image: {name: mounts, version: "1"}
            target: {os: debian, dist: debian13, arch: x86_64, imageType: raw}
            systemConfig:
              kernel: {packages: [linux-image-amd64]}
              %s
            """
                .formatted(system));
    return switch (TemplateLoader.load(file)) {
      case Loading.Loaded(var template) ->
          RootFileSystem.compose(template, base.tree(), base.contents(), 0).tree();
      case Loading.Rejected rejected -> throw new AssertionError(rejected.toString());
    };
  }
}
