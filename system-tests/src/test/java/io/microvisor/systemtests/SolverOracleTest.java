package io.microvisor.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.packages.deb.DebPackage;
import io.microvisor.packages.repository.IndexFile;
import io.microvisor.packages.repository.Release;
import io.microvisor.packages.repository.RepositorySnapshot;
import io.microvisor.packages.solver.Resolution;
import io.microvisor.packages.solver.Wish;
import io.microvisor.packages.solver.deb.DebPolicy;
import io.microvisor.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// On the real archive, our solver takes the packages that apt takes.
class SolverOracleTest {
  /// Each line is wished for on its own. Wherever Debian leaves a choice, apt and we make the same.
  private static final List<String> WISHES =
      List.of(
          "openssh-server",
          "containerd",
          "systemd-sysv systemd-resolved systemd-boot-efi udev dbus kmod iproute2",
          "linux-image-cloud-amd64 initramfs-tools",
          "curl git",
          "python3 python3-yaml",
          "nginx",
          "postgresql",
          "qemu-system-x86 ovmf swtpm",
          "build-essential",
          "network-manager wpasupplicant",
          "gnupg cryptsetup lvm2 mdadm");

  private static final Pattern INSTALLED = Pattern.compile("^Inst (\\S+) \\((\\S+) ");

  private static final String APT =
      """
      apt() {
        apt-get -qq -o Dir::State=$PWD/state -o Dir::State::status=$PWD/status -o Dir::Cache=$PWD/cache \\
          -o Dir::Etc::sourcelist=$PWD/sources.list -o Dir::Etc::sourceparts=- -o APT::Sandbox::User=root \\
          -o APT::Architecture=amd64 -o APT::Install-Recommends=false -o APT::Get::AllowUnauthenticated=true \\
          -o Acquire::AllowInsecureRepositories=true -o Acquire::Languages=none "$@"
      }
      mkdir -p state/lists/partial cache/archives/partial
      : >status
      """;

  @TempDir Path folder;

  @Test
  void aptTakesTheSamePackages() throws IOException, InterruptedException {
    Oracles oracles = Oracles.open();
    try (Archive archive = Archive.open()) {
      List<RepositorySnapshot> snapshots = archive.snapshots();
      StringBuilder sources = new StringBuilder();
      for (int i = 0; i < snapshots.size(); i++) {
        index(archive.store(), snapshots.get(i), Files.createDirectory(folder.resolve("r" + i)));
        sources.append("deb [trusted=yes] file:%s/r%d ./\n".formatted(Oracles.WORK, i));
      }
      Files.writeString(folder.resolve("sources.list"), sources);
      String essential = String.join(" ", essential(snapshots));
      StringBuilder script = new StringBuilder(APT).append("apt update >update.log 2>&1\n");
      for (int i = 0; i < WISHES.size(); i++) {
        script.append("apt -s install %s %s >%d.out\n".formatted(WISHES.get(i), essential, i));
      }

      oracles.succeed(folder, script.toString());

      List<String> differences = new ArrayList<>();
      for (int i = 0; i < WISHES.size(); i++) {
        compare(WISHES.get(i), ours(archive, WISHES.get(i)), theirs(i), differences);
      }
      assertThat(differences).isEmpty();
    }
  }

  /// Puts an archive's index, as it was downloaded, into a folder that apt reads.
  private static void index(Store store, RepositorySnapshot snapshot, Path into)
      throws IOException {
    Release release = snapshot.release();
    for (String suffix : List.of(".gz", ".xz")) {
      Optional<Path> downloaded =
          release
              .file("main/binary-amd64/Packages" + suffix)
              .map(IndexFile::digest)
              .flatMap(store.files()::path);
      if (downloaded.isPresent()) {
        Files.copy(downloaded.get(), into.resolve("Packages" + suffix));
        return;
      }
    }
    throw new IOException(snapshot.spec().suite() + ": its index is not in the store");
  }

  private static SortedSet<String> essential(List<RepositorySnapshot> snapshots) {
    SortedSet<String> names = new TreeSet<>();
    snapshots.stream()
        .flatMap(snapshot -> snapshot.packages().stream())
        .filter(DebPackage::essential)
        .forEach(each -> names.add(each.name()));
    return names;
  }

  private static SortedSet<String> ours(Archive archive, String wishes)
      throws IOException, InterruptedException {
    List<Wish> wanted = List.of(wishes.split(" ")).stream().map(Wish::of).toList();
    Resolution<DebPackage> found = archive.supply().solve(wanted, DebPolicy.of("amd64"), _ -> {});
    assertThat(found).as(wishes).isInstanceOf(Resolution.Solved.class);
    SortedSet<String> packages = new TreeSet<>();
    ((Resolution.Solved<DebPackage>) found)
        .picks()
        .forEach(pick -> packages.add(pick.item().name() + " " + pick.item().version()));
    return packages;
  }

  private SortedSet<String> theirs(int number) throws IOException {
    SortedSet<String> packages = new TreeSet<>();
    for (String line : Files.readAllLines(folder.resolve(number + ".out"))) {
      Matcher matcher = INSTALLED.matcher(line);
      if (matcher.find()) {
        packages.add(matcher.group(1) + " " + matcher.group(2));
      }
    }
    return packages;
  }

  private static void compare(
      String wishes, SortedSet<String> ours, SortedSet<String> theirs, List<String> differences) {
    SortedSet<String> more = new TreeSet<>(ours);
    more.removeAll(theirs);
    SortedSet<String> less = new TreeSet<>(theirs);
    less.removeAll(ours);
    if (!more.isEmpty() || !less.isEmpty()) {
      differences.add(wishes + ": only ours " + more + ", only apt's " + less);
    }
  }
}
