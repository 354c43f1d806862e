package io.microvisor.packages.supply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.microvisor.packages.deb.DebPackage;
import io.microvisor.packages.deb.Glob;
import io.microvisor.packages.fetch.Network;
import io.microvisor.packages.lock.Lock;
import io.microvisor.packages.lock.LockFile;
import io.microvisor.packages.lock.LockedPackage;
import io.microvisor.packages.repository.LocalFolder;
import io.microvisor.packages.repository.Pin;
import io.microvisor.packages.repository.Preference;
import io.microvisor.packages.repository.TinyDeb;
import io.microvisor.packages.solver.Pick;
import io.microvisor.packages.solver.Resolution;
import io.microvisor.packages.solver.Wish;
import io.microvisor.packages.solver.deb.DebPolicy;
import io.microvisor.packages.unpack.UnpackedPackage;
import io.microvisor.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalFolderSupplyTest {
  @TempDir private Path directory;
  private Path debs = Path.of("");

  @BeforeEach
  void add() throws IOException {
    debs = directory.resolve("debs");
    TinyDeb.into(debs, "hello", "1", "amd64", "Depends: lib\n");
    TinyDeb.into(debs, "hello", "2", "amd64", "Depends: lib\n");
    TinyDeb.into(debs, "lib", "1", "all", "");
  }

  @Test
  void choosesPinsFetchesAndUnpacksWhatLiesInAFolder() throws Exception {
    Lock lock = lock(List.of());

    assertThat(lock.packages())
        .extracting(each -> each.name() + " " + each.version() + " " + each.origin())
        .containsExactly("hello 2 local/debs", "lib 1 local/debs");
    assertThat(LockFile.text(lock)).doesNotContain(directory.toString());
    assertThat(lock.repositories()).isEmpty();
    assertThat(unpacked(lock))
        .extracting(UnpackedPackage::control)
        .anySatisfy(
            control -> assertThat(control).asString().contains("Package: hello", "Version: 2"));
  }

  @Test
  void refusesAPackageThatChangedSinceTheLock() throws Exception {
    Lock lock = lock(List.of());
    unpacked(lock);
    TinyDeb.into(debs, "lib", "1", "all", "X-Built: again\n");

    assertThatThrownBy(() -> unpacked(lock))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("debs/lib_1_all.deb: changed since the lock was made")
        .hasMessageContaining("advice: emt lock --update");
  }

  @Test
  void findsAPackageInTheStoreThatLeftTheFolder() throws Exception {
    Lock lock = lock(List.of());
    unpacked(lock);
    Files.delete(debs.resolve("lib_1_all.deb"));

    assertThat(unpacked(lock)).hasSize(2);
  }

  @Test
  void namesAPackageThatIsNowhereAnyMore() throws Exception {
    Lock lock = lock(List.of());
    Files.delete(debs.resolve("lib_1_all.deb"));

    assertThatThrownBy(() -> unpacked(lock)).hasMessageContaining("lib 1");
  }

  @Test
  void aPinPrefersAnOlderVersionAndANegativeOneForbids() throws Exception {
    Pin older = new Pin(List.of("hello"), new Pin.Target.Version(Glob.of("1*")), 600);
    Pin never = new Pin(List.of("hello"), new Pin.Target.Version(Glob.of("2")), -1);

    assertThat(version(lock(List.of(older)))).isEqualTo("1");
    assertThat(version(lock(List.of(never)))).isEqualTo("1");
  }

  @Test
  void aBrokenFileSpoilsNoOther() throws Exception {
    Files.writeString(debs.resolve("other_1_amd64.deb"), "<html>404</html>");

    assertThat(version(lock(List.of()))).isEqualTo("2");
  }

  @Test
  void aBrokenFileIsAnErrorWhereItsPackageIsChosen() throws Exception {
    Files.writeString(debs.resolve("lib_2_all.deb"), "<html>404</html>");

    assertThatThrownBy(() -> lock(List.of()))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("debs/lib_2_all.deb: not a common ar archive")
        .hasMessageContaining("; lib 1 of local/debs would take its place\n  advice: remove ");
  }

  @Test
  void aBrokenFileIsNamedWhereNothingElseIsItsPackage() throws Exception {
    Files.delete(debs.resolve("lib_1_all.deb"));
    Files.writeString(debs.resolve("lib_2_all.deb"), "<html>404</html>");

    try (Store store = store();
        PackageSupply supply = supply(store, Preference.NONE)) {
      assertThat(supply.solve(wishes(), DebPolicy.of("amd64"), _ -> {}).toString())
          .contains("local/debs: lib: lib_2_all.deb: not a common ar archive");
    }
  }

  @Test
  void takesOnlyWhatIsAllowedFromAFolder() throws Exception {
    Preference preference = new Preference(OptionalInt.empty(), List.of(Glob.of("hel*")));
    try (Store store = store();
        PackageSupply supply = supply(store, preference)) {
      var resolution = supply.solve(wishes(), DebPolicy.of("amd64"), _ -> {});
      assertThat(resolution).isInstanceOf(Resolution.Unsolvable.class);
    }
  }

  private String version(Lock lock) {
    return lock.find("hello").map(LockedPackage::version).orElseThrow().toString();
  }

  private Lock lock(List<Pin> pins) throws IOException, InterruptedException {
    try (Store store = store();
        PackageSupply supply = supply(store, Preference.NONE)) {
      var resolution = supply.solve(wishes(), DebPolicy.of("amd64"), pins, Kept.NOTHING, _ -> {});
      if (!(resolution instanceof Resolution.Solved<DebPackage> solved)) {
        throw new AssertionError(resolution.toString());
      }
      assertThat(solved.picks()).extracting(Pick::item).hasSize(2);
      return supply.lock(solved, "amd64", List.of(), _ -> {});
    }
  }

  private List<UnpackedPackage> unpacked(Lock lock) throws IOException, InterruptedException {
    try (Store store = store();
        PackageSupply supply = supply(store, Preference.NONE)) {
      return supply.unpack(lock, supply.fetch(lock, _ -> {}), (_, _) -> {});
    }
  }

  private static List<Wish> wishes() {
    return List.of(Wish.of("hello"));
  }

  private Store store() throws IOException {
    return Store.open(directory.resolve("store"));
  }

  private PackageSupply supply(Store store, Preference preference) {
    LocalFolder folder = new LocalFolder("debs", debs, "amd64", preference);
    return new PackageSupply(store, List.of(folder), Network.DIRECT, Instant.EPOCH);
  }
}
