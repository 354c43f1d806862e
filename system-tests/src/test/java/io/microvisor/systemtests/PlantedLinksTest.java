package io.microvisor.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.microvisor.compose.answers.NodeFiles;
import io.microvisor.compose.template.Provisioning;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the node's own program writes where a user has put something in the way: run as root, by Debian's own shell and tools, on a
/// folder that looks like a machine's root. The user is `www-data`, another is `backup`.
class PlantedLinksTest {
  private static final String ANSWERS =
      """
      [machine]
      hostname = answered

      [file /home/app/app.conf]
      owner = www-data
      mode = 0640
      | app

      [file /home/app/.ssh/authorized_keys]
      mode = 0600
      | key

      [file /home/app/deep/er/file]
      owner = www-data:www-data
      | deep

      [file /etc/app.conf]
      owner = backup
      mode = 4750
      | etc
      """;

  private static final String LAYOUT =
      """
      umask 022
      mkdir -p node/etc/ssh node/root/".ssh" node/home/app node/var/lib node/run node/credentials
      cd node
      mkdir /tmp/awk; ln -s /usr/bin/mawk /tmp/awk/awk; PATH=/tmp/awk:$PATH
      printf '127.0.0.1\\tlocalhost\\n' >etc/hosts
      (umask 077; echo secret >etc/shadow; echo root >root/.ssh/authorized_keys)
      chown www-data:www-data home/app
      boot() {
        CREDENTIALS_DIRECTORY=$PWD/credentials EMT_TEST_ROOT=$PWD sh usr/lib/emt/answers apply each-boot 2>&1 || echo "status $?"
      }
      as_user() { setpriv --reuid=www-data --regid=www-data --clear-groups sh -euc "$1"; }
      # What is root's, as SAFE has it.
      safe() {
        cat etc/shadow root/.ssh/authorized_keys etc/hostname
        stat -c %n:%a:%U etc/shadow root/.ssh
        ls -A root root/.ssh etc/ssh
      }
      """;

  private static final String SAFE =
      """
      secret
      root
      answered
      etc/shadow:600:root
      root/.ssh:755:root
      etc/ssh:
      sshd_config.d

      root:
      .ssh

      root/.ssh:
      authorized_keys
      """;

  @TempDir Path folder;

  @BeforeEach
  void makeNode() throws IOException, InterruptedException {
    assumeThat(Oracles.open().asRoot()).as("only root has files of several users").isTrue();
    // Users of the sandbox go through the folder.
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path node = folder.resolve("node");
    for (Map.Entry<String, String> file : NodeFiles.of(Provisioning.Answers.EACH_BOOT).entrySet()) {
      Path path = node.resolve(file.getKey());
      Files.createDirectories(Objects.requireNonNull(path.getParent()));
      Files.writeString(path, file.getValue());
    }
    answer(ANSWERS);
  }

  @Test
  void writesInAUsersFolderAsThatUser() throws Exception {
    assertThat(
            run(
                """
                boot
                stat -c '%n %a %U:%G' home/app/app.conf home/app/.ssh home/app/.ssh/authorized_keys home/app/deep/er/file etc/app.conf
                touch -d 2001-01-01 home/app/app.conf etc/app.conf
                chmod 600 home/app/app.conf etc/app.conf
                boot
                stat -c '%n %a %y' home/app/app.conf etc/app.conf | cut -c 1-35
                find . -name '*emt-new*'
                """))
        .isEqualTo(
            """
            <6>credential emt.answers: done
            home/app/app.conf 640 www-data:www-data
            home/app/.ssh 755 www-data:www-data
            home/app/.ssh/authorized_keys 600 www-data:www-data
            home/app/deep/er/file 644 www-data:www-data
            etc/app.conf 4750 backup:backup
            <6>credential emt.answers: done
            home/app/app.conf 640 2001-01-01 00
            etc/app.conf 4750 2001-01-01 00:00:
            """);
  }

  /// The file itself, what it is made as, its folder, a folder above it.
  @Test
  void followsNoLinkOfAUsersToWhereHeCannotGo() throws Exception {
    assertThat(
            run(
                """
                as_user 'cd home/app; ln -s ../../etc/shadow app.conf; ln -s ../../etc/shadow app.conf.emt-new
                  for i in 1 2 3 4 5; do ln -s ../../etc/shadow .emt-new-$i; done
                  ln -s ../../root/".ssh" .ssh; ln -s ../../etc/ssh deep'
                boot
                safe
                stat -c '%n %F %U' home/app/app.conf home/app/.ssh home/app/deep
                """))
        .isEqualTo(
            blocked(9, "/home/app/.ssh/authorized_keys")
                + blocked(13, "/home/app/deep/er/file")
                + "status 1\n"
                + SAFE
                + """
                home/app/app.conf regular file www-data
                home/app/.ssh symbolic link www-data
                home/app/deep symbolic link www-data
                """);
  }

  @Test
  void isNotHeldUpByWhatStandsInTheWay() throws Exception {
    assertThat(
            run(
                """
                as_user 'cd home/app; mkfifo app.conf .emt-new-2; mkdir -p .ssh/authorized_keys/full; touch deep'
                boot
                safe
                stat -c '%n %F' home/app/app.conf
                as_user 'cd home/app; rm -r deep .ssh; mkdir -m 0 deep; chmod 500 .'
                boot
                safe
                """))
        .isEqualTo(
            blocked(9, "/home/app/.ssh/authorized_keys")
                + blocked(13, "/home/app/deep/er/file")
                + "status 1\n"
                + SAFE
                + "home/app/app.conf regular file\n"
                + blocked(9, "/home/app/.ssh/authorized_keys")
                + blocked(13, "/home/app/deep/er/file")
                + "status 1\n"
                + SAFE);
  }

  /// A name that is the same file as one of root's.
  @Test
  void aHardLinkIsReplacedAndItsFileLeftAlone() throws Exception {
    assertThat(
            run(
                """
                mkdir home/app/.ssh
                ln etc/shadow home/app/app.conf
                ln root/.ssh/authorized_keys home/app/.ssh/authorized_keys
                chown www-data home/app/.ssh
                boot
                safe
                stat -c '%n %U %h' home/app/app.conf home/app/.ssh/authorized_keys
                """))
        .isEqualTo(
            "<6>credential emt.answers: done\n"
                + SAFE
                + """
                home/app/app.conf www-data 1
                home/app/.ssh/authorized_keys www-data 1
                """);
  }

  /// A folder that is a link a moment later, again and again.
  @Test
  void losesNoRace() throws Exception {
    assertThat(
            run(
                """
                as_user 'cd home/app; mkdir real; ln -s ../../root/".ssh" link; ln -s ../../etc elsewhere
                  while [ ! -e stop ]; do
                    ln -sfn ../../root/".ssh" .ssh; ln -sfn ../../etc deep; rm -f app.conf; ln -s ../../etc/shadow app.conf
                    rm -rf .ssh deep app.conf; mkdir -p .ssh deep/er
                    rm -rf .ssh deep
                  done' 2>/dev/null &
                for i in 1 2 3 4; do boot >/dev/null; done
                touch home/app/stop
                wait
                safe
                [ ! -e etc/er ]
                """))
        .isEqualTo(SAFE);
  }

  @Test
  void saysWhoIsToOwnAFileWhereOthersMayWrite() throws Exception {
    answer(
        """
        [machine]
        hostname = never
        [file /home/app/a]
        owner = root
        [file /home/app/b]
        owner = www-data:backup
        [file /srv/shared/c]
        [file /var/tmp/d]
        [file /etc/linked/e]
        [file /etc/f]
        owner = 4294967295
        [file /home/app/g]
        owner = 000
        """);

    assertThat(
            run(
                """
                mkdir -p srv/shared var/tmp
                chmod 775 srv/shared; chmod 1777 var/tmp
                ln -s ../home/app etc/linked
                boot
                [ ! -e etc/hostname ]
                """))
        .isEqualTo(
            """
            <3>credential emt.answers:3:2: [file /home/app/a]: others may write to /home/app (expected: owner, and one of them)
            <3>credential emt.answers:5:2: [file /home/app/b]: others may write to /home/app, and www-data is not in the group backup (expected: a group of this user)
            <3>credential emt.answers:7:2: [file /srv/shared/c]: others may write to /srv/shared (expected: owner, and one of them)
            <3>credential emt.answers:8:2: [file /var/tmp/d]: others may write to /var/tmp (expected: owner, and one of them)
            <3>credential emt.answers:9:2: [file /etc/linked/e]: cannot be written: /etc/linked is no folder
            <3>credential emt.answers:10:2: [file /etc/f]: no user 4294967295 in this image
            <3>credential emt.answers:12:2: [file /home/app/g]: others may write to /home/app (expected: owner, and one of them)
            <3>credential emt.answers: nothing of it is done
            status 1
            """);
  }

  /// What a power cut leaves is made anew; a full disk leaves no half file, and does not lock the administrator out.
  @Test
  void survivesPowerCutsAndFullDisks() throws Exception {
    answer(
        ANSWERS
            + """
            [user root]
            ssh-key = ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ6RhGOMhZzJwXn2JzVHpxlKbCUKcyNJm0ENtxR8hVQx me@work
            """);
    assertThat(
            run(
                """
                printf ha >etc/.emt-new-5
                printf ha >home/app/.emt-new-2
                printf ha >etc/hostname.emt-new
                boot
                find . -name '*emt-new*'
                cat etc/app.conf home/app/app.conf
                rm -rf home/app/app.conf etc/app.conf
                mkdir etc/.emt-new-5 home/app/app.conf
                touch etc/.emt-new-5/full home/app/app.conf/full
                rm -r run/emt
                boot
                ls etc run/emt/ssh
                """))
        .isEqualTo(
            """
            <6>credential emt.answers: done
            etc
            app
            <3>credential emt.answers: its files: cannot be written: the disk is full or fails; the rest is done
            """
                + blocked(4, "/home/app/app.conf")
                + """
                status 1
                etc:
                hostname
                hosts
                shadow
                ssh

                run/emt/ssh:
                root
                """);
  }

  /// Nobody sees a file before it has its mode, and nothing of it stays anywhere else.
  @Test
  void showsASecretToNobody() throws Exception {
    answer(
        """
        [file /etc/token]
        mode = 0600
        | Canary9
        [file /home/app/token]
        mode = 0600
        | Canary9
        [file /var/lib/app/token]
        mode = 0600
        | Canary9
        """);

    assertThat(
            run(
                """
                cp credentials/emt.answers .. && chmod 700 credentials
                (until [ -e stop ]; do
                  setpriv --reuid=backup --regid=backup --clear-groups grep -rs Canary9 . || :
                done) >seen &
                for i in 1 2; do
                  CREDENTIALS_DIRECTORY=$PWD/credentials EMT_TEST_ROOT=$PWD sh usr/lib/emt/answers apply once
                  rm -rf etc/token home/app/token var/lib/app
                done
                touch stop
                wait
                cat seen
                rm -r credentials
                grep -rl Canary9 .
                stat -c %a var/lib/emt/answers.conf var/lib/emt
                """))
        .isEqualTo(
            """
            <6>credential emt.answers: done
            <6>/var/lib/emt/answers.conf: done
            ./var/lib/emt/answers.conf
            600
            700
            """);
  }

  /// The programs that our units call as root where a user may have been: what is added to `/var`, owners of kept folders, and
  /// the copies of layout.env.
  @Test
  void whatUnitsCallWritesThroughNoLink() throws Exception {
    assertThat(
            run(
                """
                mkdir -p image/app/folder outside
                for each in file made third folder/x; do echo new >image/app/$each; done
                echo secret >outside/secret
                for how in copies adds owns; do
                  rm -rf state; mkdir -p state/app; chown www-data state/app
                  as_user 'cd state/app; ln -s ../../outside/secret file; ln -s ../../outside/made made; ln -s ../../outside folder'
                  case $how in
                    copies) cp -a --update=none -T image state 2>/dev/null || : ;;
                    adds) echo "C+ $PWD/state - - - - $PWD/image" >lines ;;
                    owns)
                      for each in file folder/secret; do echo "z $PWD/state/app/$each 0777 www-data www-data"; done >lines
                      echo "d $PWD/state/app/folder/x 0777 www-data www-data -" >>lines
                      ;;
                  esac
                  [ $how = copies ] || systemd-tmpfiles --create "$PWD/lines" 2>/dev/null || :
                  echo $how $(find outside -printf '%P:%u:%m ') $(cat outside/secret) $(ls state/app)
                done
                """))
        .isEqualTo(
            """
            copies :root:755 secret:root:644 secret file folder made third
            adds :root:755 secret:root:644 secret file folder made third
            owns :root:755 secret:root:644 secret file folder made
            """);
  }

  private static String blocked(int line, String path) {
    return "<3>credential emt.answers:"
        + line
        + ":2: [file "
        + path
        + "]: cannot be written by www-data: something below /home/app is in the way, or the disk is full; the rest is"
        + " done\n";
  }

  private void answer(String text) throws IOException {
    Path credential = folder.resolve("node/credentials/emt.answers");
    Files.createDirectories(Objects.requireNonNull(credential.getParent()));
    Files.writeString(credential, text);
  }

  private String run(String script) throws IOException, InterruptedException {
    return Oracles.open().succeed(folder, LAYOUT + script);
  }
}
