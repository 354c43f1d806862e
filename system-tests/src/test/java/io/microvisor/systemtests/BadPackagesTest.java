package io.microvisor.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.microvisor.bytes.Digest;
import io.microvisor.compose.locking.PackageChoice;
import io.microvisor.compose.pipeline.Composer;
import io.microvisor.compose.problem.RejectedException;
import io.microvisor.compose.template.Loading;
import io.microvisor.compose.template.Template;
import io.microvisor.compose.template.TemplateLoader;
import io.microvisor.packages.fetch.DownloadException;
import io.microvisor.packages.fetch.Network;
import io.microvisor.packages.lock.Lock;
import io.microvisor.packages.repository.RepositorySpec;
import io.microvisor.packages.supply.PackageSupply;
import io.microvisor.store.Store;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Packages that cannot be had, from a small archive in a folder: what is wrong is named with its place, and nothing of a
/// build that fails is left behind.
class BadPackagesTest {
  private static final Instant NOW = Instant.parse("2026-01-05T00:00:00Z");

  @TempDir Path folder;
  private MiniArchive archive = new MiniArchive(Path.of(""));

  @BeforeEach
  void add() throws IOException {
    archive = new MiniArchive(Files.createDirectory(folder.resolve("archive")));
    for (String name :
        List.of(
            "systemd",
            "systemd-sysv",
            "udev",
            "kmod",
            "systemd-boot-efi",
            "systemd-cryptsetup",
            "login",
            "dmsetup",
            "linux-image-cloud-amd64")) {
      archive.add(name, "1", "");
    }
    archive.add("hello", "1.0", "Depends: libhello (>= 2)\n");
    archive.add("libhello", "1.0", "");
    archive.add("good", "1.0", "");
    archive.publish();
  }

  @Test
  void namesAnUnknownPackageWithItsPlaceAndOneLikeIt() throws IOException {
    Template template = template("good", "goood");

    assertThatThrownBy(() -> lock(template))
        .isInstanceOfSatisfying(
            RejectedException.class,
            e ->
                assertThat(e.problems())
                    .singleElement()
                    .asString()
                    .contains("image.yaml:10:7")
                    .contains("goood")
                    .contains("good"));
  }

  @Test
  void tellsTheChainThatMakesAWishImpossible() throws IOException {
    Template template = template("good", "hello");

    assertThatThrownBy(() -> lock(template))
        .isInstanceOfSatisfying(
            RejectedException.class,
            e ->
                assertThat(e.problems())
                    .singleElement()
                    .asString()
                    .contains("image.yaml:10:7", "hello", "libhello (>= 2)", "1.0"));
  }

  @Test
  void refusesAPackageThatWasChangedAndKeepsNothingOfIt() throws Exception {
    Template template = template("good", "libhello");
    Lock lock = lock(template);
    Path deb = folder.resolve("archive/pool/libhello_1.0_all.deb");
    byte[] bytes = Files.readAllBytes(deb);
    bytes[bytes.length / 2] ^= 1;
    Files.write(deb, bytes);

    assertThatThrownBy(() -> build(template, lock))
        .isInstanceOf(DownloadException.class)
        .hasMessageContaining("libhello 1.0")
        .hasMessageContaining(Digest.sha256(bytes).hex());
    nothingIsLeft("libhello", lock);
  }

  @Test
  void refusesADownloadThatIsCutOffAndResumesIt() throws Exception {
    Template template = template("good", "libhello");
    Lock lock = lock(template);
    Path deb = folder.resolve("archive/pool/libhello_1.0_all.deb");
    byte[] bytes = Files.readAllBytes(deb);
    Files.write(deb, Arrays.copyOf(bytes, bytes.length - 100));

    assertThatThrownBy(() -> build(template, lock))
        .isInstanceOf(DownloadException.class)
        .hasMessageContaining("libhello 1.0")
        .hasMessageContaining(String.valueOf(bytes.length - 100))
        .hasMessageContaining(String.valueOf(bytes.length));
    assertThat(folder.resolve("out")).doesNotExist();
    assertThat(stored("libhello", lock)).isEmpty();

    Files.write(deb, bytes);
    try (Store store = Store.open(folder.resolve("store"));
        PackageSupply supply = supply(store)) {
      supply.fetch(lock, _ -> {});
    }
    assertThat(stored("libhello", lock)).isPresent();
  }

  @Test
  void namesAPackageThatNoArchiveHasAnyMore() throws Exception {
    Template template = template("good", "libhello");
    Lock lock = lock(template);
    Files.delete(folder.resolve("archive/pool/libhello_1.0_all.deb"));

    assertThatThrownBy(() -> build(template, lock))
        .isInstanceOf(DownloadException.class)
        .hasMessageContaining("libhello 1.0");
    nothingIsLeft("libhello", lock);
  }

  /// With Debian's own dpkg and essential packages around it.
  @Test
  void namesThePackageWhoseScriptFailsAndShowsWhatItSaid() throws Exception {
    Oracles.open();
    archive.add(
        "breaks",
        "1.0",
        "",
        Map.of("postinst", "#!/bin/sh\necho the dog ate my homework\nexit 3\n"));
    archive.publish();
    Template template = template("breaks");
    try (Archive debian = Archive.open()) {
      List<RepositorySpec> both =
          Stream.concat(
                  debian.snapshots().stream().map(snapshot -> snapshot.spec()),
                  Stream.of(archive.unsigned()))
              .toList();
      try (PackageSupply supply =
          new PackageSupply(debian.store(), both, debian.network(), Instant.now())) {
        Lock lock = PackageChoice.lock(template, supply, _ -> {});
        Composer composer = new Composer(debian.store(), supply, _ -> {});

        assertThatThrownBy(
                () -> composer.build(template, lock, folder.resolve("out"), OptionalLong.empty()))
            .isInstanceOf(IOException.class)
            .hasMessageContaining("breaks")
            .hasMessageContaining("post-installation script failed: exit status 3")
            .hasMessageContaining("the dog ate my homework");
      }
    }
    assertThat(folder.resolve("out")).doesNotExist();
  }

  private Template template(String... packages) throws IOException {
    StringBuilder text =
        new StringBuilder(
            """
            extends: minimal
            image: {name: bad, version: "1"}
            systemConfig:
              packages: # these first, so that the places of the others are known
                - -systemd-resolved
                - -dbus
                - -iproute2
                - -openssh-server
            """);
    for (String name : packages) {
      text.append("    - ").append(name).append('\n');
    }
    Path file = Files.writeString(folder.resolve("image.yaml"), text);
    return switch (TemplateLoader.load(file)) {
      case Loading.Loaded loaded -> loaded.template();
      case Loading.Rejected rejected -> throw new RejectedException(rejected.problems());
    };
  }

  private Lock lock(Template template) throws IOException, InterruptedException {
    try (Store store = Store.open(folder.resolve("store"));
        PackageSupply supply = supply(store)) {
      return PackageChoice.lock(template, supply, _ -> {});
    }
  }

  private void build(Template template, Lock lock) throws IOException, InterruptedException {
    try (Store store = Store.open(folder.resolve("store"));
        PackageSupply supply = supply(store)) {
      new Composer(store, supply, _ -> {})
          .build(template, lock, folder.resolve("out"), OptionalLong.empty());
    }
  }

  private PackageSupply supply(Store store) {
    return new PackageSupply(store, List.of(archive.unsigned()), Network.DIRECT, NOW);
  }

  private void nothingIsLeft(String name, Lock lock) throws IOException {
    assertThat(folder.resolve("out")).doesNotExist();
    assertThat(stored(name, lock)).isEmpty();
    for (String scratch : List.of("partial", "tmp")) {
      try (Stream<Path> left = Files.walk(folder.resolve("store/v1").resolve(scratch))) {
        assertThat(left.filter(Files::isRegularFile)).allMatch(BadPackagesTest::isEmpty);
      }
    }
  }

  private Optional<Path> stored(String name, Lock lock) throws IOException {
    Digest wanted =
        lock.packages().stream()
            .filter(each -> each.name().equals(name))
            .findFirst()
            .orElseThrow()
            .sha256();
    try (Store store = Store.open(folder.resolve("store"))) {
      return store.files().path(wanted);
    }
  }

  /// Lock files stay.
  private static boolean isEmpty(Path file) {
    try {
      return Files.size(file) == 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
