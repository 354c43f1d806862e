package io.microvisor.compose.steps;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.bytes.Digest;
import io.microvisor.compose.plan.Fingerprint;
import io.microvisor.compose.problem.Place;
import io.microvisor.compose.template.Kernel;
import io.microvisor.compose.template.ModuleSelection;
import io.microvisor.compose.template.PackageWish;
import io.microvisor.packages.deb.DebVersion;
import io.microvisor.packages.deb.Origin;
import io.microvisor.packages.install.PackageMerge;
import io.microvisor.packages.lock.Lock;
import io.microvisor.packages.lock.LockedPackage;
import io.microvisor.packages.lock.LockedRepository;
import io.microvisor.store.ContentStore;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class DkmsStepTest {
  private static final List<LockedPackage> BUILDING =
      List.of(item("gcc", "14"), item("x-dkms", "1"));

  private static LockedPackage item(String name, String version) {
    try {
      return new LockedPackage(
          name,
          DebVersion.parse(version),
          "amd64",
          Digest.sha256(name + version),
          1,
          new Origin("Debian", "trixie", "main"),
          name + ".deb");
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static Lock lock(String date, List<LockedPackage> building, LockedPackage... image) {
    return new Lock(
        "amd64",
        List.of(),
        List.of(new LockedRepository("Debian", "trixie", "trixie", Instant.parse(date), "A")),
        List.of(image),
        building);
  }

  private static DkmsStep step(Lock lock, int line) {
    Place place = new Place("edge.yaml", line, 1);
    Kernel kernel =
        new Kernel(
            List.of(),
            "",
            "quiet",
            new ModuleSelection(ModuleSelection.Profile.ALL, List.of(), List.of()),
            new Kernel.Named(List.of(), place),
            List.of(new PackageWish("x-dkms", "x-dkms", new PackageWish.Version.Any(), place)),
            place);
    return new DkmsStep(
        lock.forBuilding(), () -> PackageMerge.merge(List.of()), ContentStore.inMemory(), kernel);
  }

  @Test
  void isTheSameWhateverElseIsInTheImage() {
    DkmsStep before = step(lock("2026-01-01T00:00:00Z", BUILDING, item("bash", "5")), 3);
    DkmsStep after =
        step(lock("2026-02-01T00:00:00Z", BUILDING, item("bash", "6"), item("less", "1")), 30);

    assertThat(after.inputs()).isEqualTo(before.inputs());
    assertThat(Fingerprint.of(after)).isEqualTo(Fingerprint.of(before));
  }

  @Test
  void isAnotherWhenABuildPackageIs() {
    DkmsStep before = step(lock("2026-01-01T00:00:00Z", BUILDING), 3);
    DkmsStep after =
        step(lock("2026-01-01T00:00:00Z", List.of(item("gcc", "15"), item("x-dkms", "1"))), 3);

    assertThat(after.inputs()).isNotEqualTo(before.inputs());
  }
}
