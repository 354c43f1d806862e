package io.microvisor.packages.lock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.microvisor.bytes.Digest;
import io.microvisor.bytes.FormatException;
import io.microvisor.packages.deb.DebVersion;
import io.microvisor.packages.deb.Origin;
import io.microvisor.testkit.Malformed;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LockFileTest {
  private static final LockedRepository TRIXIE =
      new LockedRepository(
          "Debian", "trixie", "trixie", Instant.parse("2026-01-10T09:38:31Z"), "4D64FEC119C20290");
  private static final LockedRepository VENDOR =
      new LockedRepository("Acme & Co 100%", "edge", "", Instant.parse("2026-02-01T00:00:00Z"), "");

  @TempDir private Path folder;

  @Test
  void writesOneSortedLineAPackage() throws FormatException {
    assertThat(LockFile.text(lock()))
        .isEqualTo(
            """
            # Pinned packages, made by emt; "emt lock --update" renews them.
            emt-lock 1
            architecture amd64
            input package%%20less
            input package%%20zstd%%20(>=%%201.5)
            repository Acme%%20&%%20Co%%20100%%25 edge - 2026-02-01T00:00:00Z -
            repository Debian trixie trixie 2026-01-10T09:38:31Z 4D64FEC119C20290
            package less 668-1 amd64 %s 5 Debian trixie main pool/less_668-1.deb
            package zstd 1.5.7-1 amd64 %s 5 Debian trixie main pool/zstd_1.5.7-1.deb
            """
                .formatted(Digest.sha256("less668-1").hex(), Digest.sha256("zstd1.5.7-1").hex()));
  }

  @Test
  void readsWhatItWrote() throws IOException {
    Path file = folder.resolve("edge.lock");
    Files.writeString(file, "old");
    LockFile.write(lock(), file);
    assertThat(LockFile.read(file)).isEqualTo(lock());
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left).containsExactly(file);
    }
  }

  @Test
  void knowsItsNewestRelease() throws FormatException {
    assertThat(lock().newestRelease()).contains(Instant.parse("2026-02-01T00:00:00Z"));
  }

  @Test
  void saysFileAndLineOfWhatIsWrong() throws FormatException {
    String good = LockFile.text(lock());
    assertWrong(
        good.replace("amd64\ninput", "amd64 x\ninput"), "edge.lock:3: 3 words (expected: 2)");
    assertWrong(
        good.replace("2026-01", "2026-13"),
        "edge.lock:7: date 2026-13-10T09:38:31Z (expected: as in");
    assertWrong(good.replace("668-1 amd64", "668- amd64"), "edge.lock:8: less: damaged version");
    assertWrong(
        good.replace(" 5 Debian", " -5 Debian"),
        "edge.lock:8: less: size -5 (expected: 0 or more)");
    assertWrong(good.replace("package zstd", "package less"), "less is pinned twice");
    assertWrong(
        good.replace("package less", "pakcage less"),
        "edge.lock:8: \"pakcage\" (expected: architecture,");
    assertWrong(good.replace("%20less", "%2Gless"), "edge.lock:4: %2G (expected: %20,");
    assertWrong(good.replace("architecture amd64\n", ""), "0 lines \"architecture\" (expected: 1)");
    assertWrong(good.replace("input package%20less", ""), "edge.lock:4: an empty line");
    assertWrong(
        good.replace("lock 1", "lock 2"),
        "emt-lock 2 (expected: emt-lock 1; was it made by a newer emt?)");
    assertWrong("pins: []\n", "not a lock: edge.lock does not begin with \"emt-lock 1\"");
  }

  @Test
  void refusesDamage() throws FormatException {
    byte[] good = LockFile.text(lock()).getBytes(StandardCharsets.UTF_8);
    Malformed.survivesBitFlips(
        good,
        1000,
        3,
        input -> LockFile.parse(new String(input, StandardCharsets.UTF_8), "x.lock"));
  }

  @Test
  void tellsLocksApart() throws FormatException {
    Lock after =
        new Lock(
            "amd64",
            List.of(),
            List.of(),
            List.of(item("less", "669-1"), item("nano", "8.4-1"), moved(item("sudo", "1.9-1"))));
    Lock before =
        new Lock(
            "amd64",
            List.of(),
            List.of(),
            List.of(item("zstd", "1.5-1"), item("less", "668-1"), item("sudo", "1.9-1")));
    assertThat(LockDiff.of(before, after).lines())
        .containsExactly(
            "^ less 668-1 -> 669-1",
            "+ nano 8.4-1",
            "~ sudo 1.9-1: now from Debian/trixie-security/main pool/updates/sudo",
            "- zstd 1.5-1");
    assertThat(LockDiff.of(after, before).lines()).contains("v less 669-1 -> 668-1");
    assertThat(LockDiff.of(after, after).isEmpty()).isTrue();
  }

  @Test
  void keepsWhatModulesAreBuiltWithApart() throws FormatException {
    Lock lock = lock().withBuildPackages(List.of(item("make", "4.4-1"), item("less", "668-1")));

    assertThat(LockFile.text(lock)).contains("\nbuild-package less 668-1 amd64 ");
    assertThat(LockFile.parse(LockFile.text(lock), "x.lock")).isEqualTo(lock);
    assertThat(lock.find("make")).isEmpty();
    assertThat(lock.forBuilding().packages())
        .extracting(LockedPackage::name)
        .containsExactly("less", "make");
    assertThat(LockFile.text(lock())).doesNotContain("build-package");
  }

  @Test
  void tellsTheSameVersionWithOtherBytes() throws FormatException {
    Lock before = new Lock("amd64", List.of(), List.of(), List.of(item("sudo", "1.9-1")));
    LockedPackage sudo = item("sudo", "1.9-1");
    LockedPackage other =
        new LockedPackage(
            "sudo",
            sudo.version(),
            "amd64",
            Digest.sha256("evil"),
            5,
            sudo.origin(),
            sudo.filename());
    LockDiff diff = LockDiff.of(before, new Lock("amd64", List.of(), List.of(), List.of(other)));

    assertThat(diff.changed())
        .singleElement()
        .returns(LockDiff.Kind.REPLACED, LockDiff.Change::kind);
    assertThat(diff.lines()).containsExactly("! sudo 1.9-1: the same version, but other bytes");
    assertThat(diff.summary()).isEqualTo("1 replaced under the same version");
  }

  @Test
  void tellsWhatBecameOfArchivesAndWishes() throws FormatException {
    LockedRepository later =
        new LockedRepository(
            "Debian", "trixie", "trixie", Instant.parse("2026-03-10T09:38:31Z"), "FFFF");
    Lock before = lock();
    Lock after =
        new Lock(
            "amd64", List.of("package less", "package nano"), List.of(later), before.packages());
    LockDiff diff = LockDiff.of(before, after);

    assertThat(diff.isOfSamePackages()).isTrue();
    assertThat(diff.isEmpty()).isFalse();
    assertThat(diff.repositories())
        .extracting(LockDiff.RepositoryChange::toString)
        .containsExactly(
            "Acme & Co 100% edge: gone, was of 2026-02-01T00:00:00Z",
            "Debian trixie: 2026-01-10T09:38:31Z -> 2026-03-10T09:38:31Z,"
                + " signed by 4D64FEC119C20290 -> FFFF");
    assertThat(diff.wishes())
        .containsExactly(
            new LockDiff.InputChange("package nano", true),
            new LockDiff.InputChange("package zstd (>= 1.5)", false));
  }

  @Test
  void changesOneLineForAnUpdatedPackage() throws FormatException {
    Lock before = lock();
    Lock after =
        new Lock(
            "amd64",
            before.inputs(),
            before.repositories(),
            List.of(item("less", "669-1"), item("zstd", "1.5.7-1")));
    List<String> lines = new ArrayList<>(LockFile.text(after).lines().toList());
    lines.removeAll(LockFile.text(before).lines().toList());

    assertThat(lines).singleElement().asString().startsWith("package less 669-1");
  }

  @Test
  void refusesNamesThatLeadOutOfAFolder() throws FormatException {
    String good = LockFile.text(lock());
    assertWrong(
        good.replace("package less", "package ../../etc/less"),
        "edge.lock:8: package ../../etc/less for amd64 (expected: names of");
    assertWrong(good.replace("668-1 amd64", "668-1 ../x"), "package less for ../x (expected:");
  }

  @Test
  void knowsTheLineOfAnInput() throws FormatException {
    String text = LockFile.text(lock());
    assertThat(LockFile.lineOf(text, "package zstd (>= 1.5)")).isEqualTo(5);
    assertThat(LockFile.lineOf(text, "package nano")).isEqualTo(1);
  }

  private static void assertWrong(String text, String message) {
    assertThatThrownBy(() -> LockFile.parse(text, "edge.lock"))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining(message);
  }

  private static Lock lock() throws FormatException {
    return new Lock(
        "amd64",
        List.of("package zstd (>= 1.5)", "package less", "package less"),
        List.of(TRIXIE, VENDOR),
        List.of(item("zstd", "1.5.7-1"), item("less", "668-1")));
  }

  private static LockedPackage item(String name, String version) throws FormatException {
    return new LockedPackage(
        name,
        DebVersion.parse(version),
        "amd64",
        Digest.sha256(name + version),
        5,
        new Origin("Debian", "trixie", "main"),
        "pool/" + name + "_" + version + ".deb");
  }

  private static LockedPackage moved(LockedPackage item) {
    return new LockedPackage(
        item.name(),
        item.version(),
        item.architecture(),
        item.sha256(),
        item.size(),
        new Origin("Debian", "trixie-security", "main"),
        "pool/updates/" + item.name());
  }
}
