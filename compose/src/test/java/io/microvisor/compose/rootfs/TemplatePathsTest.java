package io.microvisor.compose.rootfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.microvisor.bytes.ContentSource;
import io.microvisor.compose.problem.Problem;
import io.microvisor.compose.problem.RejectedException;
import io.microvisor.compose.template.Loading;
import io.microvisor.compose.template.Template;
import io.microvisor.compose.template.TemplateLoader;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.Meta;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The paths of a template, in a tree such as packages leave it.
class TemplatePathsTest {
  private static final long EPOCH = 1_000_000_000;

  @TempDir Path folder;
  private final RootEditor base =
      new RootEditor(FileTree.builder().build(), ContentSource.of(Map.of()), EPOCH);

  @BeforeEach
  void makeBase() {
    base.write("etc/passwd", 0644, "root:x:0:0:root:/root:/bin/bash\n");
    base.write("etc/group", 0644, "root:x:0:\n");
    base.write("etc/shadow", 0640, "root:*:1::::::\n");
    base.write("etc/gshadow", 0640, "root:*::\n");
    base.write("etc/ssh/sshd_config", 0644, "x");
    base.write("etc/motd", 0644, "x");
    base.write("usr/bin/env", 0755, "x");
    base.write("usr/bin/bash", 0755, "x");
    base.write("usr/sbin/sshd", 0755, "x");
    base.symlink("bin", "usr/bin");
    base.symlink("lib", "usr/lib");
    base.write("usr/lib/os-release", 0644, "ID=debian\n");
    base.symlink("etc/os-release", "../usr/lib/os-release");
    base.directory("home", Meta.of(0755));
    base.directory("run", Meta.of(0755));
    base.symlink("var/run", "/run");
    base.symlink("opt/volatile", "../tmp");
    base.symlink("opt/a", "b");
    base.symlink("opt/b", "a");
    base.directory("srv/empty", Meta.of(0750).withOwner(7, 8));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/etc/ssh | is a folder in the image (expected: a path for a file)",
        "/srv/empty | is a folder in the image (expected: a path for a file)",
        "/bin | is a link to the folder usr/bin in the image (expected: a path for a file)",
        "/etc/motd/10-banner | /etc/motd is a file in the image (expected: folders, or nothing yet, on the"
            + " way)",
        "/etc/os-release/a/b | /usr/lib/os-release is a file in the image (expected: folders, or nothing"
            + " yet, on the way)",
        "/opt/volatile/x | is /tmp/x, which lies in memory on every machine (expected: a path on disk)",
        "/opt/a/x | the links at /opt/a lead in a circle (expected: a path that leads somewhere)",
        "/usr/lib/emt/paths | is written by the build itself (expected: another path)",
        "/var/home/me/x | is written by the build itself (expected: another path)",
        "/usr/lib/systemd/system/home.mount | is written by the build itself (expected: another path)",
      })
  void refusesAFileThatHasNoPlace(String path, String what) throws IOException {
    assertThat(problems("additionalFiles: [{final: %s, content: x}]".formatted(path)))
        .containsExactly("final: " + path + ": " + what);
  }

  @Test
  void givesTheLineOfThePath() throws IOException {
    assertThatThrownBy(() -> compose("additionalFiles:\n    - content: x\n      final: /etc/ssh"))
        .isInstanceOfSatisfying(
            RejectedException.class,
            e -> assertThat(e.problems().getFirst().place()).hasToString(file() + ":7:14"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/bin/mine | usr/bin/mine",
        "/etc/motd | etc/motd",
        "/etc/os-release | etc/os-release",
        "/srv/new/deep/file | srv/new/deep/file",
        "/home/me/x | var/home/me/x",
        "/root/profile | var/roothome/profile",
      })
  void putsAFileWhereLinksLeadAndInPlaceOfFilesAndLinks(String path, String at) throws IOException {
    FileTree tree = compose("additionalFiles: [{final: %s, content: x}]".formatted(path));

    assertThat(tree.find(at)).get().isInstanceOf(Inode.RegularFile.class);
    assertThat(tree.find("usr/lib/os-release")).get().isInstanceOf(Inode.RegularFile.class);
  }

  @Test
  void takesALocalFileThatIsLargerThanTheHeap() throws IOException {
    long large = 1100L << 20;
    try (FileChannel file =
        FileChannel.open(
            folder.resolve("large"), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      file.write(ByteBuffer.allocate(1), large - 1);
    }

    FileTree tree = compose("additionalFiles: [{local: large, final: /srv/large}]");

    assertThat(tree.find("srv/large"))
        .hasValueSatisfying(
            inode -> assertThat(((Inode.RegularFile) inode).size()).isEqualTo(large));
  }

  @Test
  void refusesTwoFilesThatLeadToOnePlaceOrIntoEachOther() throws IOException {
    assertThat(
            problems(
                """
                additionalFiles:
                    - {final: /usr/bin/mine, content: x}
                    - {final: /bin/mine, content: x}
                    - {final: /lib/one, content: x}
                    - {final: /usr/lib/one/two, content: x}
                """))
        .containsExactly(
            "final: /bin/mine leads to /usr/bin/mine, as /usr/bin/mine does (expected: one of them)",
            "final: /usr/lib/one/two: /usr/lib/one is a file in the image (expected: folders, or nothing"
                + " yet, on the way)");
  }

  @Test
  void makesFoldersAndChangesOfOthersOnlyWhatIsSaid() throws IOException {
    FileTree tree =
        compose(
            """
            users: [{name: app, uid: 1500}]
              additionalFolders:
                - {path: /opt/app/data, mode: "0750", owner: app:root}
                - {path: /opt/plain}
                - {path: /srv/empty, mode: "2775"}
                - {path: /bin, owner: app}
                - {path: /etc/ssh}
            """);

    assertThat(meta(tree, "opt/app")).isEqualTo("755 0:0");
    assertThat(meta(tree, "opt/app/data")).isEqualTo("750 1500:0");
    assertThat(meta(tree, "opt/plain")).isEqualTo("755 0:0");
    assertThat(meta(tree, "srv/empty")).isEqualTo("2775 7:8");
    assertThat(meta(tree, "usr/bin")).isEqualTo("755 1500:1500");
    assertThat(tree.find("bin")).get().isInstanceOf(Inode.Symlink.class);
    assertThat(tree.find("etc/ssh/sshd_config")).isPresent();
  }

  @Test
  void refusesAFolderThatHasNoPlace() throws IOException {
    assertThat(
            problems(
                """
                additionalFolders:
                    - {path: /etc/motd}
                    - {path: /etc/motd/d}
                    - {path: /etc/os-release}
                    - {path: /opt/volatile/d}
                    - {path: /opt/a}
                    - {path: /opt/theirs, owner: nobody}
                """))
        .containsExactly(
            "path: /etc/motd: is a file in the image (expected: a path for a folder)",
            "path: /etc/motd/d: /etc/motd is a file in the image (expected: folders, or nothing yet, on"
                + " the way)",
            "path: /etc/os-release: is a file in the image (expected: a path for a folder)",
            "path: /opt/volatile/d: is /tmp/d, which lies in memory on every machine (expected: a path on"
                + " disk)",
            "path: /opt/a: the links at /opt/a lead in a circle (expected: a path that leads somewhere)",
            "path: /opt/theirs: no user or group \"nobody\" (expected: one in the image, or a number)");
  }

  @Test
  void refusesHomesThatAreFilesOrForgetTheirKeys() throws IOException {
    String key =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMVPNm6kA0RZ4vm15JgC10mIV8S2VQnmiDVoCKaQ21Jd me@work";
    assertThat(
            problems(
                """
                users:
                    - {name: one, home: /etc/motd}
                    - {name: two, home: /etc/motd/two}
                    - {name: three, home: /run/three, sshAuthorizedKeys: ["%s"]}
                    - {name: four, home: /run/four}
                """
                    .formatted(key)))
        .containsExactly(
            "home: /etc/motd: is a file in the image (expected: a path for a folder)",
            "home: /etc/motd/two: /etc/motd is a file in the image (expected: folders, or nothing yet, on"
                + " the way)",
            "home: /run/three lies in memory on every machine (expected: a path on disk)");
  }

  @Test
  void refusesUnitsWhereTheImageHasSomethingElse() throws IOException {
    base.directory("etc/systemd/system/a.service", Meta.of(0755));
    base.write("etc/systemd/system/b.service.d", 0644, "x");

    assertThat(problems("services: {units: {a.service: x, b.service.d/c.conf: x}}"))
        .containsExactly(
            "units: a.service: is a folder in the image (expected: a path for a file)",
            "units: b.service.d/c.conf: /etc/systemd/system/b.service.d is a file in the image (expected:"
                + " folders, or nothing yet, on the way)");
  }

  @Test
  void refusesKeptPathsThroughFiles() throws IOException {
    assertThat(
            problems(
                """
                persistence:
                    state: ext4
                    paths:
                      - {path: /etc/motd/x, seed: none}
                      - {path: /opt/a/x, seed: none}
                """))
        .containsExactly(
            "path: /etc/motd/x: /etc/motd is a file in the image (expected: folders on the way)",
            "path: /opt/a/x: the links at /opt/a lead in a circle (expected: another path)");
  }

  private static String meta(FileTree tree, String path) {
    Meta meta = tree.find(path).orElseThrow().meta();
    return Integer.toOctalString(meta.mode()) + " " + meta.uid() + ":" + meta.gid();
  }

  @Test
  void foldersBelowAHomeAreTheUsersAlsoOnTheWayToFilesOfRoot() throws IOException {
    FileTree tree =
        compose(
            "users: [{name: app}]\n  additionalFiles: [{final: /home/app/.config/x/y.conf, content: x}]");

    assertThat(meta(tree, "var/home/app/.config")).isEqualTo("755 1000:1000");
    assertThat(meta(tree, "var/home/app/.config/x")).isEqualTo("755 1000:1000");
    assertThat(meta(tree, "var/home/app/.config/x/y.conf")).isEqualTo("644 0:0");
  }

  @Test
  void newUsersAreMadeFromTheTemplatesOwnSkeletonAndSettings() throws IOException {
    base.write("etc/skel/.profile", 0644, "the package's");

    FileTree tree =
        compose(
            """
            users: [{name: app}]
              additionalFolders: [{path: /etc/skel/.config, mode: '0750'}]
              additionalFiles:
                - {final: /etc/skel/.profile, content: x, owner: app, mode: '0600'}
                - {final: /etc/skel/.config/y, content: y}
                - {final: /etc/login.defs, content: "UID_MIN 4000\\nHOME_MODE 0711\\n"}
            """);

    assertThat(meta(tree, "var/home/app")).isEqualTo("711 4000:4000");
    assertThat(meta(tree, "var/home/app/.profile")).isEqualTo("600 4000:4000");
    assertThat(meta(tree, "var/home/app/.config")).isEqualTo("750 4000:4000");
    assertThat(meta(tree, "var/home/app/.config/y")).isEqualTo("644 4000:4000");
    assertThat(meta(tree, "etc/skel/.profile")).isEqualTo("600 4000:4000");
    assertThat(meta(tree, "etc/skel/.config/y")).isEqualTo("644 0:0");
  }

  @Test
  void refusesAFileOfTheSkeletonOnce() throws IOException {
    base.symlink("etc/skel/link", "../ssh");

    assertThat(
            problems(
                """
                users: [{name: app}]
                  additionalFiles: [{final: /etc/skel/link, content: x}]
                """))
        .containsExactly(
            "final: /etc/skel/link: is a link to the folder ../ssh in the image (expected: a path for a"
                + " file)");
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
    Files.writeString(
        file(),
        """
        image: {name: paths, version: "1"}
        target: {os: debian, dist: debian13, arch: x86_64, imageType: raw}
        systemConfig:
          kernel: {packages: [linux-image-amd64]}
          %s
        """
            .formatted(system));
    Template template =
        switch (TemplateLoader.load(file())) {
          case Loading.Loaded(Template loaded) -> loaded;
          case Loading.Rejected rejected -> throw new AssertionError(rejected.toString());
        };
    return RootFileSystem.compose(template, base.tree(), base.contents(), EPOCH).tree();
  }

  private Path file() {
    return folder.resolve("paths.yaml");
  }
}
