package io.microvisor.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.SimpleFileServer;
import io.microvisor.packages.deb.DebPackage;
import io.microvisor.packages.deb.Glob;
import io.microvisor.packages.fetch.Network;
import io.microvisor.packages.openpgp.Keyring;
import io.microvisor.packages.repository.LocalFolder;
import io.microvisor.packages.repository.Pin;
import io.microvisor.packages.repository.Preference;
import io.microvisor.packages.repository.Provenance;
import io.microvisor.packages.repository.Repository;
import io.microvisor.packages.repository.RepositorySnapshot;
import io.microvisor.packages.repository.RepositorySpec;
import io.microvisor.packages.repository.SinglePackages;
import io.microvisor.packages.solver.Resolution;
import io.microvisor.packages.solver.Wish;
import io.microvisor.packages.solver.deb.DebPolicy;
import io.microvisor.packages.supply.Kept;
import io.microvisor.packages.supply.PackageSupply;
import io.microvisor.store.Store;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// Archives made by Debian's own tools, over HTTP and from files: read as apt reads them, and with the same priorities.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RepositoriesOracleTest {
  /// `pool/` has suites of every sort, `flat/` one that is signed apart, `sub/` one in a folder, `debs/` no index.
  private static final String MAKE =
      """
      mkdir -m 700 "$GNUPGHOME"
      deb() { # folder name version fields
        mkdir -p build/DEBIAN "$1"
        printf 'Package: %s\\nVersion: %s\\nArchitecture: amd64\\nMaintainer: T <t@example.org>\\n%bDescription: test\\n' \\
          "$2" "$3" "$4" >build/DEBIAN/control
        dpkg-deb --root-owner-group -Zxz --build build "$1/$2_$3_amd64.deb" >/dev/null
        rm -r build
      }
      suite() { # codename suite not-automatic but-automatic pool...
        name=$1 suite=$2 not=$3 but=$4; shift 4
        components=$(cd pool/$name; echo *)
        for component in $components; do
          at=dists/$name/$component/binary-amd64
          mkdir -p $at
          apt-ftparchive packages pool/$name/$component >$at/Packages
          for how in "$@"; do
            case $how in
              gz) gzip -kn $at/Packages;;
              xz) xz -k $at/Packages;;
              lzma) xz -k --format=lzma $at/Packages;;
              zst) zstd -q -k $at/Packages;;
              only) rm $at/Packages;;
            esac
          done
        done
        release="-o APT::FTPArchive::Release::"
        apt-ftparchive ${release}Origin=Alpha ${release}Label="Alpha-$name" ${release}Suite=$suite ${release}Codename=$name \\
          ${release}Version=13.1 ${release}Architectures=amd64 "-oAPT::FTPArchive::Release::Components=$components" \\
          ${release}NotAutomatic=$not ${release}ButAutomaticUpgrades=$but release dists/$name >Release.new
        mv Release.new dists/$name/Release
        for component in $components; do
          at=dists/$name/$component/binary-amd64
          if [ -e $at/Packages.zst ]; then rm -f $at/Packages; fi
        done
      }
      mkdir archive flat other
      cd archive
      deb pool/trixie/main tool 1.0 'Depends: lib\\n'
      deb pool/trixie/main lib 1.0 ''
      deb pool/trixie/main same 1.0 ''
      deb pool/trixie/contrib extra 1.0 'Depends: tool (>= 1.5)\\n'
      deb pool/trixie-backports/main tool 2.0 'Depends: lib (>= 2)\\n'
      deb pool/trixie-backports/main lib 2.0 ''
      deb pool/trixie-backports/main fresh 1.0 ''
      deb pool/rc/main tool 3.0 'Depends: lib\\n'
      deb pool/rc/main odd 1.0 ''
      suite trixie stable '' '' gz
      deb pool/packed/main squeezed 1.0 ''
      suite trixie-backports stable-backports yes yes zst
      suite packed packed '' '' xz only
      suite rc experimental yes '' lzma xz
      cd ../flat
      deb . tool 1.5 'Depends: lib\\nSource: tools\\n'
      deb . flatonly 1.0 'Depends: tool\\n'
      deb . same 1.0 ''
      apt-ftparchive packages . >Packages
      apt-ftparchive -o APT::FTPArchive::Release::Origin=Beta -o APT::FTPArchive::Release::Label=flat release . >Release.new
      mv Release.new Release
      gpg --batch --quiet --no-tty --passphrase '' --quick-generate-key 'flat <flat@example.org>' ed25519 sign never
      gpg --batch --quiet --no-tty --pinentry-mode loopback --passphrase '' --armor --output Release.gpg --detach-sign Release
      gpg --export >../flat.key
      cd ../other
      deb sub lib 0.5 ''
      deb sub nested 1.0 'Depends: lib\\n'
      apt-ftparchive packages sub >sub/Packages
      xz -k sub/Packages
      apt-ftparchive -o APT::FTPArchive::Release::Origin=Gamma release sub >Release.new
      mv Release.new sub/Release
      cd ..
      deb debs mine 1.0 'Depends: tool\\n'
      deb debs tool 1.2 'Depends: lib\\n'
      mkdir debs.apt
      cp debs/* debs.apt
      cd debs.apt
      apt-ftparchive packages . >Packages
      apt-ftparchive -o APT::FTPArchive::Release::Origin=local -o APT::FTPArchive::Release::Suite=debs release . >Release.new
      mv Release.new Release
      """;

  private static final String APT =
      """
      mkdir -p state/lists/partial cache/archives/partial
      : >status
      apt() {
        apt-get -qq -o Dir::State=$PWD/state -o Dir::State::status=$PWD/status -o Dir::Cache=$PWD/cache \\
          -o Dir::Etc::sourcelist=$PWD/sources.list -o Dir::Etc::sourceparts=- -o APT::Sandbox::User=root \\
          -o Dir::Etc::preferences=$PWD/preferences -o Dir::Etc::preferencesparts=- \\
          -o APT::Architecture=amd64 -o APT::Architectures::=amd64 -o APT::Install-Recommends=false "$@"
      }
      """;

  private static final Pattern INSTALLED = Pattern.compile("^Inst (\\S+) \\((\\S+) ");

  /// A pin as we have it and as apt has it.
  private record Both(Pin ours, String theirs) {}

  /// Preferences, and what to wish for with them.
  private record Case(List<Both> pins, List<String> wishes) {}

  private Path folder = Path.of("");
  private HttpServer server;
  private Oracles oracles;

  @BeforeAll
  void make(@TempDir Path shared) throws IOException, InterruptedException {
    folder = shared;
    oracles = Oracles.open();
    oracles.succeed(folder, MAKE);
    server =
        SimpleFileServer.createFileServer(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            folder.toRealPath(),
            SimpleFileServer.OutputLevel.NONE);
    server.start();
    Files.writeString(
        folder.resolve("sources.list"),
        """
        deb [trusted=yes] file:%1$s/archive trixie main contrib
        deb [trusted=yes] file:%1$s/archive trixie-backports main
        deb [trusted=yes] file:%1$s/archive rc main
        deb [signed-by=%1$s/flat.key] file:%1$s/flat ./
        deb [trusted=yes] file:%1$s/other sub/
        deb [trusted=yes] file:%1$s/debs.apt ./
        """
            .formatted(Oracles.WORK));
    Files.writeString(folder.resolve("preferences"), "");
    oracles.succeed(folder, APT + "apt update");
  }

  @AfterAll
  void stop() {
    server.stop(0);
  }

  private static List<Case> cases() {
    Both backports = release(List.of("tool", "lib"), Pin.Field.SUITE, "trixie-backports", 600);
    Both allBackports = release(List.of("*"), Pin.Field.SUITE, "trixie-backports", 990);
    Both neverFlat = release(List.of("*"), Pin.Field.ORIGIN, "Beta", -1);
    Both rc = release(List.of("t*"), Pin.Field.LABEL, "Alpha-r?", 700);
    Both old = version(List.of("tool"), "1.0*", 900);
    Both noOne = version(List.of("tool"), "1.5", -10);
    Both contrib = release(List.of("*"), Pin.Field.COMPONENT, "contrib", 50);
    Both released = release(List.of("lib"), Pin.Field.VERSION, "13*", 800);
    Both source = release(List.of("src:tools"), Pin.Field.ORIGIN, "Beta", 995);
    Both local = release(List.of("tool"), Pin.Field.ORIGIN, "local", 1001);
    return List.of(
        new Case(List.of(), List.of("tool")),
        new Case(List.of(), List.of("extra")),
        new Case(List.of(), List.of("fresh")),
        new Case(List.of(), List.of("odd")),
        new Case(List.of(), List.of("flatonly", "same", "nested", "mine")),
        new Case(List.of(), List.of("tool/trixie")),
        new Case(List.of(), List.of("tool=3.0")),
        new Case(List.of(backports), List.of("tool")),
        new Case(List.of(allBackports), List.of("tool", "same")),
        new Case(List.of(allBackports, old), List.of("tool")),
        new Case(List.of(neverFlat), List.of("tool", "same")),
        new Case(List.of(neverFlat, backports), List.of("mine")),
        new Case(List.of(rc), List.of("tool")),
        new Case(List.of(rc, old), List.of("tool")),
        new Case(List.of(old, rc), List.of("tool")),
        new Case(List.of(noOne), List.of("tool")),
        new Case(List.of(contrib), List.of("extra")),
        new Case(List.of(released), List.of("lib")),
        new Case(List.of(source, backports), List.of("flatonly")),
        new Case(List.of(local), List.of("mine")),
        new Case(List.of(allBackports, neverFlat), List.of("tool")),
        new Case(List.of(neverFlat, allBackports, noOne), List.of("mine", "extra")));
  }

  @Test
  void choosesTheVersionsThatAptChoosesOverHttpAndFromFiles() throws Exception {
    StringBuilder script = new StringBuilder(APT);
    List<Case> cases = cases();
    for (int i = 0; i < cases.size(); i++) {
      StringBuilder preferences = new StringBuilder();
      cases.get(i).pins().forEach(pin -> preferences.append(pin.theirs()).append('\n'));
      Files.writeString(folder.resolve("preferences" + i), preferences);
      script
          .append("cp preferences%d preferences\n".formatted(i))
          .append(
              "apt -s install %s >answer%d 2>&1 || true\n"
                  .formatted(String.join(" ", cases.get(i).wishes()), i));
    }
    oracles.succeed(folder, script.toString());

    for (int i = 0; i < cases.size(); i++) {
      assertThat(theirs(i)).as("%s, apt says %s", cases.get(i), answer(i)).isNotEmpty();
    }
    for (String root : List.of(http(), folder.toUri().toString())) {
      try (Store store = Store.open(folder.resolve("store" + root.length()));
          PackageSupply supply =
              new PackageSupply(
                  store, repositories(root, Preference.NONE), Network.DIRECT, Instant.now())) {
        for (int i = 0; i < cases.size(); i++) {
          List<Pin> pins = cases.get(i).pins().stream().map(Both::ours).toList();
          assertThat(ours(supply, cases.get(i).wishes(), pins))
              .as("%s at %s, apt says %s", cases.get(i), root, answer(i))
              .isEqualTo(theirs(i));
        }
      }
    }
  }

  @Test
  void verifiesADetachedSignatureAndSaysWhoSigned() throws Exception {
    try (Store store = Store.open(folder.resolve("signed"));
        PackageSupply supply =
            new PackageSupply(
                store, repositories(http(), Preference.NONE), Network.DIRECT, Instant.now())) {
      List<RepositorySnapshot> snapshots = supply.snapshots(_ -> {});

      assertThat(snapshots)
          .filteredOn(each -> each.spec().suite().equals("./"))
          .singleElement()
          .satisfies(flat -> assertThat(flat.provenance()).isInstanceOf(Provenance.Signed.class));
    }
  }

  /// apt passes over such an index without a word.
  @Test
  void readsAnIndexOfWhichReleaseKnowsOnlyTheCompressedForm() throws Exception {
    RepositorySpec packed = archive(URI.create(http() + "archive/"), "packed", List.of("main"));
    for (int time = 1; time <= 2; time++) {
      try (Store store = Store.open(folder.resolve("packed.store"));
          PackageSupply supply =
              new PackageSupply(store, List.of(packed), Network.DIRECT, Instant.now())) {
        assertThat(ours(supply, List.of("squeezed"), List.of())).containsKey("squeezed");
      }
    }
  }

  @Test
  void aRepositorysOwnPriorityAndListOfPackagesCount() throws Exception {
    Preference high = new Preference(OptionalInt.of(990), List.of());
    Preference never = new Preference(OptionalInt.of(-1), List.of());
    Preference some =
        new Preference(OptionalInt.empty(), List.of(Glob.of("flat*"), Glob.of("lib")));

    assertThat(chosen(high, "tool")).containsEntry("tool", "1.5");
    assertThat(chosen(never, "tool")).containsEntry("tool", "1.2");
    assertThat(chosen(some, "flatonly")).containsEntry("tool", "1.2");
  }

  @Test
  void fetchesSinglePackagesFromTheirAddressesByTheLock() throws Exception {
    URI address = URI.create(http() + "flat/flatonly_1.0_amd64.deb");
    SinglePackages single =
        new SinglePackages(
            "one",
            List.of(new SinglePackages.Address(address, List.of())),
            "amd64",
            Preference.NONE);
    List<Repository> all = new ArrayList<>(repositories(http(), Preference.NONE).subList(0, 1));
    all.add(single);
    try (Store store = Store.open(folder.resolve("single"));
        PackageSupply supply = new PackageSupply(store, all, Network.DIRECT, Instant.now())) {
      var lock =
          supply.lock(solved(supply, List.of("flatonly"), List.of()), "amd64", List.of(), _ -> {});

      assertThat(lock.find("flatonly").orElseThrow().origin()).hasToString("address/");
      assertThat(lock.find("flatonly").orElseThrow().filename())
          .isEqualTo("flatonly_1.0_amd64.deb");
      store.files().remove(lock.find("flatonly").orElseThrow().sha256());
      assertThat(supply.fetch(lock, _ -> {})).hasSize(3);
    }
  }

  @Test
  void takesMirrorsFromAListAndPassesOverThoseThatFail() throws Exception {
    String list =
        """
        # the first answers nothing, the second is for others, the third is a file
        %1$snowhere/\tpriority:1
        %1$sother/\tpriority:1 arch:arm64
        %1$sarchive/\tpriority:2
        """
            .formatted(http());
    Files.writeString(folder.resolve("mirrors.txt"), list);
    for (String address :
        List.of(
            "mirror+" + folder.resolve("mirrors.txt").toUri(),
            "mirror+" + http() + "mirrors.txt",
            "mirror" + http().substring("http".length()) + "mirrors.txt")) {
      RepositorySpec spec = archive(URI.create(address), "trixie", List.of("main"));
      try (Store store = Store.open(folder.resolve("mirrors" + address.length()));
          PackageSupply supply =
              new PackageSupply(store, List.of(spec), Network.DIRECT, Instant.now())) {
        var lock =
            supply.lock(solved(supply, List.of("tool"), List.of()), "amd64", List.of(), _ -> {});
        assertThat(supply.fetch(lock, _ -> {})).hasSize(2);
      }
    }
  }

  private SortedMap<String, String> chosen(Preference flat, String wish) throws Exception {
    try (Store store = Store.open(folder.resolve("own"));
        PackageSupply supply =
            new PackageSupply(store, repositories(http(), flat), Network.DIRECT, Instant.now())) {
      return ours(supply, List.of(wish), List.of());
    }
  }

  private List<Repository> repositories(String root, Preference flat) throws IOException {
    Keyring keyring = Keyring.parse("flat.key", Files.readAllBytes(folder.resolve("flat.key")));
    URI archive = URI.create(root + "archive/");
    return List.of(
        archive(archive, "trixie", List.of("main", "contrib")),
        archive(archive, "trixie-backports", List.of("main")),
        archive(archive, "rc", List.of("main")),
        new RepositorySpec(
            "flat",
            List.of(URI.create(root + "flat/")),
            "./",
            List.of(),
            "amd64",
            new RepositorySpec.Trust.SignedBy(keyring),
            RepositorySpec.Freshness.CHECKED,
            RepositorySpec.Presence.REQUIRED,
            flat),
        archive(URI.create(root + "other/"), "sub/", List.of()),
        new LocalFolder("debs", folder.resolve("debs"), "amd64", Preference.NONE));
  }

  private static RepositorySpec archive(URI address, String suite, List<String> components) {
    return new RepositorySpec(
        suite,
        List.of(address),
        suite,
        components,
        "amd64",
        new RepositorySpec.Trust.Unsigned(),
        RepositorySpec.Freshness.CHECKED,
        RepositorySpec.Presence.REQUIRED);
  }

  private static SortedMap<String, String> ours(
      PackageSupply supply, List<String> wishes, List<Pin> pins)
      throws IOException, InterruptedException {
    SortedMap<String, String> chosen = new TreeMap<>();
    Resolution<DebPackage> resolution = solve(supply, wishes, pins);
    if (resolution instanceof Resolution.Solved<DebPackage> solved) {
      solved
          .picks()
          .forEach(pick -> chosen.put(pick.item().name(), pick.item().version().toString()));
    }
    return chosen;
  }

  private static Resolution.Solved<DebPackage> solved(
      PackageSupply supply, List<String> wishes, List<Pin> pins)
      throws IOException, InterruptedException {
    return solve(supply, wishes, pins) instanceof Resolution.Solved<DebPackage> solved
        ? solved
        : fail("no solution for " + wishes);
  }

  private static Resolution<DebPackage> solve(
      PackageSupply supply, List<String> wishes, List<Pin> pins)
      throws IOException, InterruptedException {
    return supply.solve(
        wishes.stream().map(Wish::of).toList(), DebPolicy.of("amd64"), pins, Kept.NOTHING, _ -> {});
  }

  private SortedMap<String, String> theirs(int number) throws IOException {
    SortedMap<String, String> chosen = new TreeMap<>();
    for (String line : answer(number)) {
      Matcher installed = INSTALLED.matcher(line);
      if (installed.find()) {
        chosen.put(installed.group(1), installed.group(2));
      }
    }
    return chosen;
  }

  private List<String> answer(int number) throws IOException {
    return Files.readAllLines(folder.resolve("answer" + number));
  }

  private String http() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/";
  }

  private static Both release(List<String> packages, Pin.Field field, String value, int priority) {
    String letter =
        switch (field) {
          case SUITE -> "n";
          case ORIGIN -> "o";
          case LABEL -> "l";
          case COMPONENT -> "c";
          case VERSION -> "v";
        };
    return new Both(
        new Pin(
            packages,
            new Pin.Target.Release(List.of(new Pin.Condition(field, Glob.of(value)))),
            priority),
        record(packages, "release " + letter + "=" + value, priority));
  }

  private static Both version(List<String> packages, String glob, int priority) {
    return new Both(
        new Pin(packages, new Pin.Target.Version(Glob.of(glob)), priority),
        record(packages, "version " + glob, priority));
  }

  private static String record(List<String> packages, String pin, int priority) {
    return "Package: %s\nPin: %s\nPin-Priority: %d\n"
        .formatted(String.join(" ", packages), pin, priority);
  }
}
