package io.microvisor.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.microvisor.packages.deb.DebPackage;
import io.microvisor.packages.fetch.DownloadException;
import io.microvisor.packages.fetch.Network;
import io.microvisor.packages.lock.Lock;
import io.microvisor.packages.lock.LockedPackage;
import io.microvisor.packages.lock.LockedRepository;
import io.microvisor.packages.repository.Evidence;
import io.microvisor.packages.supply.PackageSupply;
import io.microvisor.packages.vendor.VendorFolder;
import io.microvisor.packages.vendor.VendorFolder.Unpinned;
import io.microvisor.store.Store;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is written into a vendored folder, left alone there, and taken from it.
class VendorFolderTest {
  private static final Instant NOW = Instant.parse("2026-01-05T00:00:00Z");

  @TempDir Path folder;
  private Store store;
  private PackageSupply supply;
  private VendorFolder vendor = new VendorFolder(Path.of(""));

  @BeforeEach
  void open() throws IOException {
    MiniArchive archive = new MiniArchive(Files.createDirectory(folder.resolve("archive")));
    archive.add("one", "1:1.0", "");
    archive.add("two", "2.0", "");
    archive.add("three", "3.0", "");
    archive.publish();
    store = Store.open(folder.resolve("store"));
    supply = new PackageSupply(store, List.of(archive.unsigned()), Network.DIRECT, NOW);
    vendor = new VendorFolder(folder.resolve("vendor"));
  }

  @AfterEach
  void close() throws IOException {
    supply.close();
    store.close();
  }

  @Test
  void writesTheSameTheSecondTime() throws Exception {
    VendorFolder.Report first = write("a.lock", "one", "two");
    SortedMap<String, String> files = files();
    VendorFolder.Report second = write("a.lock", "one", "two");

    assertThat(first).returns(2, VendorFolder.Report::copied).returns(0, VendorFolder.Report::kept);
    assertThat(second)
        .returns(0, VendorFolder.Report::copied)
        .returns(2, VendorFolder.Report::kept);
    assertThat(files()).isEqualTo(files);
    assertThat(files)
        .containsOnlyKeys(
            "Packages",
            "README.txt",
            "Release",
            "SHA256SUMS",
            "a.lock",
            "pool/one_1.0_all.deb",
            "pool/two_2.0_all.deb",
            "provenance/Test_trixie/Release",
            "provenance/Test_trixie/main_binary-amd64_Packages");
    assertThat(files.get("Packages"))
        .contains("Filename: pool/one_1.0_all.deb\n", "Version: 1:1.0");
    assertThat(files.get("Release")).contains("Date: Thu, 01 Jan 2026 00:00:00 UTC");
  }

  @Test
  void replacesWhatIsDamaged() throws Exception {
    write("a.lock", "one", "two");
    SortedMap<String, String> files = files();
    Files.writeString(vendor.path().resolve("pool/one_1.0_all.deb"), "damaged");

    assertThat(write("a.lock", "one", "two")).returns(1, VendorFolder.Report::copied);
    assertThat(files()).isEqualTo(files);
  }

  @Test
  void keepsWhatAnotherLockPinsAndPrunesTheRestOnlyWhenAsked() throws Exception {
    write("a.lock", "one", "two");
    write("b.lock", "three");

    assertThat(write("a.lock", "one")).returns(1, VendorFolder.Report::unpinned);
    assertThat(files()).containsKeys("pool/two_2.0_all.deb");
    Lock lock = lock("one");
    VendorFolder.Report pruned =
        vendor.write(lock, "a.lock", supply.fetch(lock, _ -> {}), List.of(), Unpinned.PRUNED);
    assertThat(pruned).returns(1, VendorFolder.Report::pruned);
    assertThat(files())
        .containsKeys("pool/one_1.0_all.deb", "pool/three_3.0_all.deb")
        .doesNotContainKey("pool/two_2.0_all.deb");
    assertThat(files().get("SHA256SUMS")).doesNotContain("two_2.0");
  }

  @Test
  void refusesOtherBytesUnderANameThatAnotherLockPins() throws Exception {
    write("a.lock", "one");
    MiniArchive other = new MiniArchive(Files.createDirectory(folder.resolve("other")));
    other.add("one", "1:1.0", "Depends: two\n");
    other.publish();
    try (PackageSupply another =
        new PackageSupply(store, List.of(other.unsigned()), Network.DIRECT, NOW)) {
      Lock lock = lock(another, "one");
      List<Path> debs = another.fetch(lock, _ -> {});

      assertThatThrownBy(() -> vendor.write(lock, "b.lock", debs, List.of(), Unpinned.KEPT))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("vendor/pool/one_1.0_all.deb: a.lock pins other bytes");
    }
    assertThat(files()).doesNotContainKey("b.lock");
  }

  @Test
  void feedsAnotherCacheAndRefusesWhatIsDamaged() throws Exception {
    write("a.lock", "one", "two");
    Lock lock = lock("one", "two", "three");
    try (Store empty = Store.open(folder.resolve("empty"))) {
      assertThat(vendor.feed(lock, empty)).isEqualTo(2);
      assertThat(vendor.feed(lock, empty)).isZero();
      assertThat(empty.files().path(lock.find("two").orElseThrow().sha256())).isPresent();
    }
    Path deb = vendor.path().resolve("pool/two_2.0_all.deb");
    byte[] bytes = Files.readAllBytes(deb);
    bytes[bytes.length / 2] ^= 1;
    Files.write(deb, bytes);
    try (Store empty = Store.open(folder.resolve("empty-2"))) {
      assertThatThrownBy(() -> vendor.feed(lock, empty))
          .isInstanceOf(DownloadException.class)
          .hasMessageContaining("two 2.0")
          .hasMessageContaining("two_2.0_all.deb");
      assertThat(empty.files().path(lock.find("two").orElseThrow().sha256())).isEmpty();
    }
  }

  private VendorFolder.Report write(String name, String... packages)
      throws IOException, InterruptedException {
    Lock lock = lock(packages);
    List<Evidence> evidence = supply.evidence(_ -> {});
    return vendor.write(lock, name, supply.fetch(lock, _ -> {}), evidence, Unpinned.KEPT);
  }

  private Lock lock(String... names) throws IOException, InterruptedException {
    return lock(supply, names);
  }

  private static Lock lock(PackageSupply supply, String... names)
      throws IOException, InterruptedException {
    List<DebPackage> wanted =
        supply.packages(_ -> {}).stream()
            .filter(each -> List.of(names).contains(each.name()))
            .toList();
    return new Lock(
        "amd64",
        List.of(),
        supply.snapshots(_ -> {}).stream()
            .map(each ->
                new LockedRepository(
                    each.release().origin(), "trixie", "trixie", each.release().date(), ""))
            .toList(),
        wanted.stream().map(LockedPackage::of).toList());
  }

  private SortedMap<String, String> files() throws IOException {
    SortedMap<String, String> files = new TreeMap<>();
    try (Stream<Path> all = Files.walk(vendor.path())) {
      for (Path each : all.filter(Files::isRegularFile).toList()) {
        files.put(
            vendor.path().relativize(each).toString(),
            new String(Files.readAllBytes(each), StandardCharsets.ISO_8859_1));
      }
    }
    return files;
  }
}
