package io.microvisor.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.SimpleFileServer;
import io.microvisor.packages.lock.LockFile;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The commands around a lock as users and CI jobs call them, with Debian's archive and a small one on a web server that
/// goes away.
class LocksTest {
  @TempDir Path folder;

  @Test
  void buildsOnWhatIsLockedKeptAndVendored() throws Exception {
    Oracles oracles = Oracles.open();
    MiniArchive mini = new MiniArchive(Files.createDirectory(folder.resolve("archive")));
    mini.add("greeting", "1.0", "Depends: greeting-common, dpkg\n");
    mini.add("greeting-common", "1.0", "");
    mini.add("spare", "1.0", "");
    mini.add("other", "1.0", "Conflicts: greeting\n");
    mini.publish();
    var server =
        SimpleFileServer.createFileServer(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            folder.resolve("archive"),
            SimpleFileServer.OutputLevel.NONE);
    server.start();
    String url = "http://127.0.0.1:" + server.getAddress().getPort();
    Path work = Files.createDirectory(folder.resolve("work"));
    template(work, url, "greeting", "spare");
    Emt emt = Emt.in(work);

    // Made, and fetched.
    says(emt, 0, "packages are in the cache", "lock", "--fetch", "image.yaml");
    byte[] made = Files.readAllBytes(work.resolve("image.lock"));
    assertThat(LockFile.read(work.resolve("image.lock")).find("greeting-common")).isPresent();

    // Frozen: what differs is named with its place, and nothing is written.
    template(work, url, "greeting");
    says(
        emt,
        3,
        ":1: package spare: the template asks for it no more",
        "build",
        "--frozen",
        "image.yaml");
    assertThat(work.resolve("image.lock")).hasBinaryContent(made);
    assertThat(work.resolve("build")).doesNotExist();
    server.stop(0);

    // Offline: indexes are kept; the lock is brought in line and nothing else moves.
    says(
        emt,
        0,
        "- spare 1.0: nothing needs it any more\n1 removed",
        "lock",
        "--offline",
        "image.yaml");

    // Why, of what is there and of what is not.
    says(
        emt,
        0,
        "greeting 1.0 needs greeting-common",
        "why",
        "--offline",
        "greeting-common",
        "image.yaml");
    says(emt, 1, "it conflicts with greeting", "why", "--offline", "other", "image.yaml");
    says(emt, 0, "* greeting ", "search", "--offline", "-t", "image.yaml", "greeting");

    // Into a folder, and from there alone, with an empty cache and no archive to ask.
    says(emt, 0, "image.vendor: ", "lock", "--offline", "--vendor", "image.vendor", "image.yaml");
    says(emt, 0, " 0 of them new", "lock", "--offline", "--vendor", "image.vendor", "image.yaml");
    Emt elsewhere =
        emt.with("EMT_CACHE", folder.resolve("cache").toString())
            .with("EMT_APT", Files.createDirectory(folder.resolve("apt")).toString());
    says(
        elsewhere,
        0,
        "packages are in the cache",
        "lock",
        "--frozen",
        "--offline",
        "--fetch",
        "image.yaml");
    isWholeAndFitForApt(oracles, work.resolve("image.vendor"));

    // What is missing is named all at once, with what would bring it.
    Files.move(work.resolve("image.vendor"), work.resolve("away"));
    Emt.Ending missing =
        elsewhere
            .with("EMT_CACHE", folder.resolve("cache-2").toString())
            .run("build", "--frozen", "--offline", "image.yaml");
    assertThat(missing.exit()).as(missing.said()).isEqualTo(1);
    assertThat(missing.said())
        .contains(
            "packages are not in the cache", "\n  greeting 1.0\n", "\n  greeting-common 1.0\n")
        .contains("advice: fetch them", "emt lock --fetch image.yaml", "--vendor");
  }

  /// coreutils, gpg and apt say so.
  private static void isWholeAndFitForApt(Oracles oracles, Path vendor)
      throws IOException, InterruptedException {
    String said =
        oracles.succeed(
            vendor,
            """
            sha256sum -c --quiet SHA256SUMS
            mkdir -m 700 -p $GNUPGHOME
            for each in provenance/Debian_*; do
              gpg -q --batch --no-default-keyring --keyring "$PWD/$each/keyring.gpg" --verify $each/InRelease
              test -s $each/main_binary-amd64_Packages.*
            done
            mkdir -p /tmp/apt/lists/partial /tmp/apt/archives/partial /tmp/apt/etc
            : >/tmp/apt/status
            echo "deb [trusted=yes] file:/run/work ./" >/tmp/apt/etc/sources.list
            apt="apt-get -qq -o Dir::State=/tmp/apt -o Dir::State::status=/tmp/apt/status -o Dir::Cache=/tmp/apt
              -o Dir::Etc=/tmp/apt/etc -o APT::Sandbox::User=root -o APT::Architecture=amd64"
            $apt update
            $apt install -s --no-install-recommends greeting
            """);
    assertThat(said).contains("Inst greeting (1.0", "Inst greeting-common (1.0", "Inst libc6 (");
  }

  private static void says(Emt emt, int exit, String wanted, String... command)
      throws IOException, InterruptedException {
    Emt.Ending ending = emt.run(command);
    assertThat(ending.exit()).as(ending.said()).isEqualTo(exit);
    assertThat(ending.said()).contains(wanted).doesNotContain("Exception");
  }

  private static void template(Path work, String url, String... packages) throws IOException {
    StringBuilder text =
        new StringBuilder(
            """
            extends: minimal
            image: {name: image, version: "1"}
            packageRepositories:
              - {codename: trixie, url: "%s", insecureSkipVerify: true}
            systemConfig:
              packages:
                # our own
            """
                .formatted(url));
    for (String each : packages) {
      text.append("    - ").append(each).append('\n');
    }
    Files.writeString(work.resolve("image.yaml"), text);
  }
}
