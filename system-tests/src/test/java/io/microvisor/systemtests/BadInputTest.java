package io.microvisor.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the command line says to bad input: where, what and what to do, with its exit code, and leaving nothing behind.
class BadInputTest {
  @TempDir Path folder;

  @Test
  void reportsEveryProblemOfATemplateAtOnce() throws IOException, InterruptedException {
    Files.writeString(
        folder.resolve("image.yaml"),
        """
        extends: minimal
        image: {name: bad, version: "1"}
        systemConfig:
          pakages: [htop]
          users:
            - name: ada
            - name: ada
          additionalFiles:
            - {local: nowhere.txt, final: /etc/nowhere}
        """);

    Emt.Ending ending = emt().run("build", "image.yaml");

    assertThat(ending.exit()).isEqualTo(3);
    assertThat(ending.said())
        .contains("image.yaml:4:3: ", "pakages", "packages")
        .contains("image.yaml:7:", "user ada: stands twice (expected: once)")
        .contains("image.yaml:9:", "nowhere.txt does not exist beside the template")
        .doesNotContain("Exception");
    leftBehind("image.yaml");
  }

  @Test
  void saysThatATemplateIsNotThere() throws IOException, InterruptedException {
    Emt.Ending ending = emt().run("build", "nowhere.yaml");

    assertThat(ending.exit()).isNotZero().isNotEqualTo(70);
    assertThat(ending.said()).contains("nowhere.yaml").doesNotContain("Exception");
    leftBehind();
  }

  @Test
  void saysHowToNameAMirrorWhereAptKnowsNone() throws IOException, InterruptedException {
    Path apt = Files.createDirectory(folder.resolve("apt"));

    Emt.Ending ending = emt().with("EMT_APT", apt.toString()).run("build", "minimal");

    assertThat(ending.exit()).isEqualTo(1);
    assertThat(ending.said()).contains("--mirror").doesNotContain("Exception");
    leftBehind("apt");
  }

  @Test
  void saysWhatIsWrongWithAMirrorThatDoesNotAnswer() throws IOException, InterruptedException {
    Emt.Ending ending = emt().run("lock", "minimal", "--mirror", "file:///nonexistent/debian");

    assertThat(ending.exit()).isEqualTo(1);
    assertThat(ending.said())
        .contains("/nonexistent/debian", "advice:")
        .doesNotContain("Exception");
    leftBehind();
  }

  @Test
  void refusesAnArchiveSignedByAForeignKey() throws IOException, InterruptedException {
    Oracles oracles = Oracles.open();
    Path archive = Files.createDirectory(folder.resolve("archive"));
    MiniArchive mini = new MiniArchive(archive);
    mini.add("systemd", "1", "");
    mini.publish();
    oracles.succeed(
        archive,
        """
        mkdir -m 700 "$GNUPGHOME"
        g() { gpg --batch --quiet --no-tty --pinentry-mode loopback --passphrase '' "$@"; }
        g --quick-generate-key 'Mallory <mallory@example.org>' ed25519 sign never
        g --output dists/trixie/InRelease --clearsign dists/trixie/Release
        """);

    Emt.Ending ending = emt().run("lock", "minimal", "--mirror", archive.toUri().toString());

    assertThat(ending.exit()).isEqualTo(1);
    assertThat(ending.said())
        .contains("InRelease: signed by unknown key", "Debian", "advice:")
        .doesNotContain("Exception");
    leftBehind("archive");
  }

  @Test
  void namesAnUnknownPackageOfTheRealArchive() throws IOException, InterruptedException {
    try (Archive archive = Archive.open()) {
      archive.snapshots();
    }
    Files.writeString(
        folder.resolve("image.yaml"),
        """
        extends: minimal
        image: {name: bad, version: "1"}
        systemConfig:
          packages: [openssh-serve]
        """);

    Emt.Ending ending = Emt.in(folder).run("build", "image.yaml");

    assertThat(ending.exit()).isEqualTo(3);
    assertThat(ending.said())
        .contains("image.yaml:4:14: ", "openssh-serve", "openssh-server")
        .doesNotContain("Exception");
    leftBehind("image.yaml");
  }

  @Test
  void tellsTwoPackagesThatCannotBeHadTogether() throws IOException, InterruptedException {
    try (Archive archive = Archive.open()) {
      archive.snapshots();
    }
    Files.writeString(
        folder.resolve("image.yaml"),
        """
        extends: minimal
        image: {name: bad, version: "1"}
        systemConfig:
          packages:
            - postfix
            - exim4-daemon-light
        """);

    Emt.Ending ending = Emt.in(folder).run("build", "image.yaml");

    assertThat(ending.exit()).isEqualTo(3);
    assertThat(ending.said())
        .contains("image.yaml:", "postfix", "exim4-daemon-light", "conflicts with")
        .doesNotContain("Exception");
    leftBehind("image.yaml");
  }

  /// With a cache of its own.
  private Emt emt() throws IOException {
    return Emt.in(folder).with("EMT_CACHE", folder.resolve("cache").toString());
  }

  /// Only what was there, and the cache.
  private void leftBehind(String... names) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(
              files.map(file -> String.valueOf(file.getFileName())).filter(n -> !n.equals("cache")))
          .containsExactlyInAnyOrder(names);
    }
  }
}
