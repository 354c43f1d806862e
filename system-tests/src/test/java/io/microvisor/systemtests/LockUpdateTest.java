package io.microvisor.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.compose.locking.LockFit;
import io.microvisor.compose.locking.LockUpdate;
import io.microvisor.compose.locking.PackageChoice;
import io.microvisor.compose.problem.RejectedException;
import io.microvisor.compose.template.Loading;
import io.microvisor.compose.template.Template;
import io.microvisor.compose.template.TemplateLoader;
import io.microvisor.packages.fetch.Network;
import io.microvisor.packages.lock.Lock;
import io.microvisor.packages.supply.PackageSupply;
import io.microvisor.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What moves in a lock when an archive moved on, and what does not.
class LockUpdateTest {
  private static final Instant NOW = Instant.parse("2026-01-05T00:00:00Z");
  private static final List<String> BASE =
      List.of(
          "systemd",
          "systemd-sysv",
          "udev",
          "kmod",
          "systemd-boot-efi",
          "systemd-cryptsetup",
          "login",
          "dmsetup",
          "linux-image-cloud-amd64");

  @TempDir Path folder;
  private MiniArchive january = new MiniArchive(Path.of(""));
  private MiniArchive february = new MiniArchive(Path.of(""));

  @BeforeEach
  void publish() throws IOException {
    january = archive("january");
    january.add("app", "1", "Depends: liba (= 1), helper\n");
    january.add("liba", "1", "");
    january.add("helper", "1", "");
    january.add("tool", "1", "");
    january.publish();
    february = archive("february");
    february.add("app", "2", "Depends: liba (= 2), helper\n");
    february.add("liba", "2", "");
    february.add("helper", "2", "");
    february.add("tool", "2", "");
    february.add("extra", "2", "Depends: helper\n");
    february.publish();
  }

  @Test
  void movesOnlyWhatIsNamedAndWhatThatForces() throws Exception {
    Lock before = locked(template("app", "tool"));

    LockUpdate update = update(template("app", "tool"), before, "app");

    assertThat(update.diff().lines(update.reasons()))
        .containsExactly("^ app 1 -> 2", "^ liba 1 -> 2: app 2 needs liba (= 2)");
  }

  @Test
  void movesWhatNobodyHasAnyMoreAndSaysSo() throws Exception {
    Lock before = locked(template("app", "tool"));
    forget(before, "tool");

    LockUpdate update = update(template("app", "tool"), before, "app");

    assertThat(update.diff().lines(update.reasons()))
        .containsExactly(
            "^ app 1 -> 2",
            "^ liba 1 -> 2: app 2 needs liba (= 2)",
            "^ tool 1 -> 2: 1 cannot be had any more");
  }

  @Test
  void keepsEverythingWhenOnlyAWishIsAdded() throws Exception {
    Lock before = locked(template("app", "tool"));
    Template more = template("app", "tool", "extra");

    assertThat(LockFit.of(more, before).isAmendable()).isTrue();
    assertThat(LockFit.of(more, before).lines(more))
        .singleElement()
        .asString()
        .startsWith("package extra added at ")
        .endsWith("image.yaml:12:7");
    LockUpdate update = update(more, before);

    assertThat(update.diff().lines()).containsExactly("+ extra 2");
  }

  @Test
  void keepsNothingOnlyBecauseItWasToBeUpdated() throws Exception {
    Lock before = locked(template("app", "tool"));

    LockUpdate update = update(template("tool"), before, "liba", "tool");

    assertThat(update.diff().lines(update.reasons()))
        .containsExactly(
            "- app 1: nothing needs it any more",
            "- helper 1: nothing needs it any more",
            "- liba 1: nothing needs it any more",
            "^ tool 1 -> 2");
  }

  @Test
  void givesTheSameLockTheSecondTime() throws Exception {
    Template template = template("app", "tool");
    LockUpdate first = update(template, locked(template), "app");

    LockUpdate second = update(template, first.lock(), "app");

    assertThat(second.lock()).isEqualTo(first.lock());
    assertThat(second.reasons()).isEqualTo(Map.of());
  }

  private MiniArchive archive(String name) throws IOException {
    MiniArchive archive = new MiniArchive(Files.createDirectory(folder.resolve(name)));
    for (String each : BASE) {
      archive.add(each, "1", "");
    }
    return archive;
  }

  private Lock locked(Template template) throws IOException, InterruptedException {
    try (Store store = Store.open(folder.resolve("store"));
        PackageSupply supply = supply(store, january)) {
      Lock lock = PackageChoice.lock(template, supply, _ -> {});
      supply.fetch(lock, _ -> {});
      return lock;
    }
  }

  private void forget(Lock lock, String name) throws IOException {
    try (Store store = Store.open(folder.resolve("store"))) {
      store.files().remove(lock.find(name).orElseThrow().sha256());
    }
  }

  private LockUpdate update(Template template, Lock before, String... moving)
      throws IOException, InterruptedException {
    SortedSet<String> names = new TreeSet<>(List.of(moving));
    try (Store store = Store.open(folder.resolve("store"));
        PackageSupply supply = supply(store, february)) {
      return LockUpdate.of(template, supply, before, names, _ -> {});
    }
  }

  private static PackageSupply supply(Store store, MiniArchive archive) {
    return new PackageSupply(store, List.of(archive.unsigned()), Network.DIRECT, NOW);
  }

  private Template template(String... packages) throws IOException {
    StringBuilder text =
        new StringBuilder(
            """
            extends: minimal
            image: {name: bad, version: "1"}
            systemConfig:
              packages:
                - -systemd-resolved
                - -dbus
                - -iproute2
                - -openssh-server
            """);
    text.append("    # those that matter\n");
    for (String name : packages) {
      text.append("    - ").append(name).append('\n');
    }
    Path file = Files.writeString(folder.resolve("image.yaml"), text);
    return switch (TemplateLoader.load(file)) {
      case Loading.Loaded loaded -> loaded.template();
      case Loading.Rejected rejected -> throw new RejectedException(rejected.problems());
    };
  }
}
