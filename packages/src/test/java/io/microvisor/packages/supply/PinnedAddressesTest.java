package io.microvisor.packages.supply;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.bytes.Digest;
import io.microvisor.bytes.FormatException;
import io.microvisor.packages.deb.DebVersion;
import io.microvisor.packages.deb.Origin;
import io.microvisor.packages.lock.LockedPackage;
import io.microvisor.packages.lock.LockedRepository;
import io.microvisor.packages.openpgp.TestKey;
import io.microvisor.packages.repository.LocalFolder;
import io.microvisor.packages.repository.Preference;
import io.microvisor.packages.repository.RepositorySpec;
import io.microvisor.packages.repository.RepositorySpec.Trust;
import io.microvisor.packages.repository.SinglePackages;
import java.net.URI;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Whom we ask for a package tells them its name.
class PinnedAddressesTest {
  private static final TestKey DEBIAN = TestKey.sound();
  private static final TestKey ACME = TestKey.sound();
  private static final TestKey OTHER = TestKey.sound();

  private final RepositorySpec trixie = spec("debian", "trixie", signedBy(DEBIAN));
  private final RepositorySpec security = spec("security", "trixie-security", signedBy(DEBIAN));
  private final RepositorySpec acme = spec("acme", "trixie", signedBy(ACME));
  private final RepositorySpec unsigned = spec("lab", "trixie", new Trust.Unsigned());

  private final LockedRepository debianLocked = locked("Debian", "trixie", DEBIAN);
  private final LockedRepository securityLocked = locked("Debian", "trixie-security", DEBIAN);
  private final LockedRepository acmeLocked = locked("Acme", "trixie", ACME);
  private final LockedRepository labLocked =
      new LockedRepository("Lab", "trixie", "", Instant.EPOCH, "");

  @Test
  void asksTheRepositoryOfThePinAloneThoughOthersHaveASuiteOfThatName() {
    List<RepositorySpec> archives = List.of(trixie, security, acme, unsigned);
    List<LockedRepository> locked = List.of(debianLocked, securityLocked, acmeLocked, labLocked);

    assertThat(asked(archives, locked, "Acme", "trixie")).containsExactly("acme");
    assertThat(asked(archives, locked, "Lab", "trixie")).containsExactly("lab");
  }

  @Test
  void asksOtherSuitesOfTheSameSignerAfterItsOwn() {
    List<RepositorySpec> archives = List.of(trixie, security, acme);
    List<LockedRepository> locked = List.of(debianLocked, securityLocked, acmeLocked);

    assertThat(asked(archives, locked, "Debian", "trixie-security"))
        .containsExactly("security", "debian");
  }

  @Test
  void whoseKeyIsAnotherByNowIsWhoNobodyElseIs() {
    RepositorySpec renewed = spec("acme", "trixie", signedBy(OTHER));

    assertThat(asked(List.of(trixie, renewed), List.of(debianLocked, acmeLocked), "Acme", "trixie"))
        .containsExactly("acme");
  }

  @Test
  void asksNobodyForAPackageOfARepositoryThatIsNotThereAnyMore() {
    assertThat(asked(List.of(trixie), List.of(debianLocked, acmeLocked), "Acme", "trixie"))
        .isEmpty();
    assertThat(asked(List.of(trixie), List.of(debianLocked), "Acme", "edge")).isEmpty();
  }

  @Test
  void asksNoArchiveForPackagesOfAFolderOrAnAddress() {
    LocalFolder folder = new LocalFolder("debs", Path.of("/t/debs"), "amd64", Preference.NONE);
    PinnedAddresses addresses =
        new PinnedAddresses(
            List.of(trixie, unsigned), List.of(debianLocked), List.of(folder), List.of());

    assertThat(addresses.of(pin(LocalFolder.ORIGIN, "debs"))).hasToString("[file:///t/debs/p.deb]");
    assertThat(addresses.of(pin(LocalFolder.ORIGIN, "gone"))).isEmpty();
    assertThat(addresses.of(pin(SinglePackages.ORIGIN, ""))).isEmpty();
  }

  @Test
  void anArchiveMayCallItselfLocal() {
    assertThat(
            asked(
                List.of(trixie, unsigned),
                List.of(
                    debianLocked, new LockedRepository("local", "trixie", "", Instant.EPOCH, "")),
                "local",
                "trixie"))
        .containsExactly("lab");
  }

  private static List<String> asked(
      List<RepositorySpec> archives, List<LockedRepository> locked, String origin, String suite) {
    return new PinnedAddresses(archives, locked, List.of(), List.of())
        .of(pin(origin, suite)).stream().map(uri -> uri.getPath().split("/", -1)[1]).toList();
  }

  private static LockedPackage pin(String origin, String suite) {
    try {
      return new LockedPackage(
          "p",
          DebVersion.parse("1"),
          "all",
          Digest.sha256("p"),
          1,
          new Origin(origin, suite, ""),
          "p.deb");
    } catch (FormatException e) {
      throw new AssertionError(e);
    }
  }

  private static RepositorySpec spec(String name, String suite, Trust trust) {
    return new RepositorySpec(
        name,
        List.of(URI.create("http://m.example/" + name)),
        suite,
        List.of("main"),
        "amd64",
        trust,
        RepositorySpec.Freshness.CHECKED,
        RepositorySpec.Presence.REQUIRED);
  }

  private static Trust signedBy(TestKey key) {
    return new Trust.SignedBy(key.keyring());
  }

  private static LockedRepository locked(String origin, String suite, TestKey key) {
    return new LockedRepository(
        origin, suite, suite, Instant.EPOCH, key.keyring().certificates().getFirst().fingerprint());
  }
}
