package io.microvisor.compose.rootfs;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.bytes.ContentSource;
import io.microvisor.compose.problem.Problem;
import io.microvisor.compose.template.Loading;
import io.microvisor.compose.template.SystemConfig;
import io.microvisor.compose.template.TemplateLoader;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Meta;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What real programs make of the same is in `AccountsOracleTest`.
class TemplateUsersTest {
  private static final String KEY =
      "\"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMVPNm6kA0RZ4vm15JgC10mIV8S2VQnmiDVoCKaQ21Jd\"";
  private static final String PACKAGES_PASSWD =
      """
      root:x:0:0:root:/root:/bin/bash
      www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin
      backup:x:34:34:backup:/var/backups:/usr/sbin/nologin
      nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
      """;
  private static final String PACKAGES_SHADOW =
      "root:*:1:0:99999:7:::\nwww-data:*:1:0:99999:7:::\nbackup:*:1:0:99999:7:::\nnobody:*:1:0:99999:7:::\n";

  @TempDir Path folder;
  private final List<Problem> problems = new ArrayList<>();
  private final RootEditor root =
      new RootEditor(FileTree.empty(), ContentSource.of(Map.of()), 86_400L * 20_000);

  @BeforeEach
  void makeRoot() {
    root.write("etc/passwd", 0644, PACKAGES_PASSWD)
        .write("etc/shadow", 0640, PACKAGES_SHADOW)
        .write(
            "etc/group", 0644, "root:x:0:\nadm:x:4:\nwww-data:x:33:\nbackup:x:34:\ndocker:x:110:\n")
        .write("etc/gshadow", 0640, "root:*::\nadm:*::\nwww-data:*::\nbackup:*::\ndocker:!::\n")
        .write("etc/login.defs", 0644, "HOME_MODE 0700\n")
        .write("etc/skel/.profile", Meta.of(0644).withMtime(5), new byte[0])
        .write("etc/subuid", 0644, "")
        .write("etc/subgid", 0644, "")
        .write("usr/bin/bash", 0755, "")
        .write("usr/sbin/sshd", 0755, "")
        .symlink("bin", "usr/bin")
        .directory("root", Meta.of(0700))
        .directory("var/backups", Meta.of(0755));
  }

  @Test
  void statedNumbersAreReservedBeforeAutomaticOnes() throws IOException {
    apply(
        "users: [{name: alice}, {name: bob, uid: 1000}, {name: carol}]\n  groups: [{name: g}, {name: h, gid: 1002}]");

    assertThat(problems).isEmpty();
    assertThat(text("passwd"))
        .contains("\nalice:x:1001:1003:", "\nbob:x:1000:1000:", "\ncarol:x:1003:1004:");
    assertThat(text("group"))
        .endsWith("g:x:1001:\nh:x:1002:\nalice:x:1003:\nbob:x:1000:\ncarol:x:1004:\n");
  }

  @Test
  void ofAPackagesUserOnlyWhatIsStatedChanges() throws IOException {
    FileTree before = root.tree();
    apply("users: [{name: www-data}, {name: root}, {name: nobody}]\n  groups: [{name: adm}]");
    assertThat(root.tree()).isEqualTo(before);

    apply("users: [{name: www-data, groups: [adm]}]");
    assertThat(text("passwd")).isEqualTo(PACKAGES_PASSWD);
    assertThat(text("shadow")).isEqualTo(PACKAGES_SHADOW);
    assertThat(text("group")).contains("adm:x:4:www-data\n");

    apply("users: [{name: www-data, password: $6$a$b, shell: /bin/bash, home: /srv/www}]");
    assertThat(text("passwd"))
        .isEqualTo(PACKAGES_PASSWD.replace("/var/www:/usr/sbin/nologin", "/srv/www:/bin/bash"));
    assertThat(text("shadow"))
        .isEqualTo(PACKAGES_SHADOW.replace("www-data:*:1:", "www-data:$6$a$b:20000:"));
    assertThat(root.find("srv/www").orElseThrow().meta().uid()).isEqualTo(33);
    assertThat(root.exists("srv/www/.profile")).isFalse();
    assertThat(root.exists("home/www-data")).isFalse();
    assertThat(problems).isEmpty();
  }

  @Test
  void keysGoWhereTheUsersHomeIs() throws IOException {
    apply(
        "users: [{name: backup, sshAuthorizedKeys: ["
            + KEY
            + "]}, {name: root, sshAuthorizedKeys: ["
            + KEY
            + "]}]");

    assertThat(problems).isEmpty();
    assertThat(root.find("var/backups/.ssh/authorized_keys").orElseThrow().meta())
        .extracting(Meta::mode, Meta::uid, Meta::gid)
        .containsExactly(0600, 34L, 34L);
    assertThat(root.find("var/backups").orElseThrow().meta().uid()).isZero();
    assertThat(root.exists("root/.ssh/authorized_keys")).isTrue();
    assertThat(root.exists("home")).isFalse();
  }

  @Test
  void aNewUserGetsTheSkeletonAndSubordinateIds() throws IOException {
    root.symlink("etc/skel/profile", "/etc/skel/.profile");
    root.directory("home/there", Meta.of(0755));
    apply("users: [{name: ada}, {name: b, home: /nonexistent}, {name: c, home: /home/there}]");

    assertThat(problems).isEmpty();
    assertThat(root.find("home/ada").orElseThrow().meta())
        .extracting(Meta::mode, Meta::uid, Meta::gid)
        .containsExactly(0700, 1000L, 1000L);
    assertThat(root.find("home/ada/.profile").orElseThrow().meta())
        .isEqualTo(Meta.of(0644).withOwner(1000, 1000).withMtime(5));
    assertThat(root.find("home/ada/profile").orElseThrow().toString())
        .contains("/home/ada/.profile");
    assertThat(root.exists("nonexistent")).isFalse();
    assertThat(root.exists("home/there/.profile")).isFalse();
    assertThat(text("subuid")).isEqualTo("ada:100000:65536\nb:165536:65536\nc:231072:65536\n");
    assertThat(text("subgid")).isEqualTo(text("subuid"));
  }

  @Test
  void refusesAUserWithTheNameOfAPackagesGroupUnlessTheTemplateNamesIt() throws IOException {
    apply("users: [{name: docker}]");
    assertThat(problems)
        .map(this::shown)
        .containsExactly(
            """
            image.yaml:5:18: docker: there is a group of this name, made by a package (expected: another name)
              advice: if it shall be the user's own group, add {name: docker} to systemConfig.groups\
            """);

    problems.clear();
    makeRoot();
    apply("users: [{name: docker}]\n  groups: [{name: docker}]");
    assertThat(problems).isEmpty();
    assertThat(text("passwd")).contains("\ndocker:x:1000:110:");
  }

  @Test
  void saysWhatUsersLack() throws IOException {
    root.remove("usr/sbin/sshd");
    apply(
        "users: [{name: ada, shell: /bin/zsh, sudo: true}, {name: nobody, sshAuthorizedKeys: ["
            + KEY
            + "]}]");

    assertThat(problems)
        .map(this::shown)
        .containsExactly(
            """
            image.yaml:5:60: nobody: keys lie in the home folder, and /nonexistent is none (expected: a folder)
              advice: state another home, such as /home/nobody\
            """,
            """
            image.yaml:5:30: ada: the shell /bin/zsh is no program in the image (expected: one, or none stated)
              advice: add the package that brings it to systemConfig.packages\
            """,
            """
            image.yaml:5:46: ada: may use sudo, which is not in the image (expected: sudo)
              advice: add sudo to systemConfig.packages\
            """,
            """
            image.yaml:5:60: nobody: has ssh keys, but the image has no ssh server (expected: one)
              advice: add openssh-server to systemConfig.packages\
            """);
  }

  @Test
  void sudoNeedsItsFolderIncluded() throws IOException {
    root.write("usr/bin/sudo", 04755, "");
    root.write("etc/sudoers", 0440, "Defaults env_reset\n@includedir /etc/sudoers.d\n");
    apply("users: [{name: ada, sudo: true}]");
    assertThat(problems).isEmpty();
    assertThat(root.text("etc/sudoers.d/ada")).hasValue("ada ALL=(ALL:ALL) NOPASSWD: ALL\n");

    root.write("etc/sudoers", 0440, "# @includedir /etc/sudoers.d\n");
    apply("users: [{name: bob, sudo: true}]");
    assertThat(problems)
        .singleElement()
        .asString()
        .contains(":5:", "/etc/sudoers does not include what says so");
  }

  @Test
  void foldersOnTheWayToAUsersFileBelongToTheUserBelowTheHome() throws IOException {
    TemplateUsers users = apply("users: [{name: app}, {name: service, home: /srv/x/service}]");
    root.directory("home/app/there", Meta.of(0755));
    for (String file :
        List.of(
            "/home/app/.config/containers/x.conf",
            "/home/app/there/new/x",
            "/etc/app/x",
            "/srv/x/other/x")) {
      users.makeFolders(file, 1000);
      root.write(file, 0644, "");
    }

    for (String own :
        List.of("home/app/.config", "home/app/.config/containers", "home/app/there/new")) {
      assertThat(root.find(own).orElseThrow().meta())
          .as(own)
          .extracting(Meta::mode, Meta::uid, Meta::gid)
          .containsExactly(0755, 1000L, 1000L);
    }
    for (String roots : List.of("home", "home/app/there", "etc/app", "srv/x", "srv/x/other")) {
      assertThat(root.find(roots).orElseThrow().meta().uid()).as(roots).isZero();
    }
  }

  @Test
  void foldersThatMustBeMadeBelowAHomeBelongToWhoseItIsWhoeverTheFileBelongsTo()
      throws IOException {
    TemplateUsers users = apply("users: [{name: app}, {name: inner, home: /home/app/inner}]");
    for (long owner : List.of(0L, 33L)) {
      users.makeFolders("/home/app/." + owner + "/x.conf", owner);
      users.makeFolders("/home/app/inner/." + owner + "/x.conf", owner);
    }
    users.makeFolders("/var/backups/of/x", 0);

    for (long owner : List.of(0L, 33L)) {
      assertThat(root.find("home/app/." + owner).orElseThrow().meta().uid()).isEqualTo(1000);
      assertThat(root.find("home/app/inner/." + owner).orElseThrow().meta().uid()).isEqualTo(1001);
    }
    assertThat(root.exists("var/backups/of")).isFalse(); // The home of `backup` is root's.
  }

  @Test
  void keysOfTwoUsersCannotLieInOneHome() throws IOException {
    String keys = ", home: /srv/both, sshAuthorizedKeys: [" + KEY + "]}";
    apply("users: [{name: ada" + keys + ", {name: bob" + keys + "]");

    assertThat(problems)
        .map(this::shown)
        .containsExactly(
            """
            image.yaml:5:164: bob: /srv/both has the keys of ada at image.yaml:5:18 already (expected: a home of its own)
              advice: state all keys for one of them\
            """);
  }

  private TemplateUsers apply(String users) throws IOException {
    TemplateUsers all =
        new TemplateUsers(
            root, system(users), new TemplatePaths(root, problems), 86_400L * 20_000, problems);
    all.apply();
    all.check();
    return all;
  }

  private SystemConfig system(String users) throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("image.yaml"),
            "extends: minimal\nimage: {name: x, version: \"1\"}\nsystemConfig:\n  hostname: x\n  "
                + users
                + "\n");
    return switch (TemplateLoader.load(file)) {
      case Loading.Loaded loaded -> loaded.template().system();
      case Loading.Rejected rejected -> throw new AssertionError(rejected.problems().toString());
    };
  }

  /// A problem, with its file as the template's author would name it.
  private String shown(Problem problem) {
    return problem.toString().replace(folder + "/", "");
  }

  private String text(String file) throws IOException {
    return root.text("etc/" + file).orElseThrow();
  }
}
