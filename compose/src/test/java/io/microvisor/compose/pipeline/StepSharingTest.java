package io.microvisor.compose.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.bytes.Digest;
import io.microvisor.compose.plan.Plan;
import io.microvisor.compose.plan.Sharing;
import io.microvisor.compose.plan.Step;
import io.microvisor.compose.plan.StepId;
import io.microvisor.compose.problem.RejectedException;
import io.microvisor.compose.template.Loading;
import io.microvisor.compose.template.Template;
import io.microvisor.compose.template.TemplateLoader;
import io.microvisor.packages.deb.DebVersion;
import io.microvisor.packages.deb.Origin;
import io.microvisor.packages.fetch.Network;
import io.microvisor.packages.lock.Lock;
import io.microvisor.packages.lock.LockedPackage;
import io.microvisor.packages.repository.LocalFolder;
import io.microvisor.packages.repository.SinglePackages;
import io.microvisor.packages.supply.PackageSupply;
import io.microvisor.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Which steps' results may leave the machine that made them. A new step has to be named here.
class StepSharingTest {
  private static final String TEMPLATE =
      """
      image: {name: a, version: "1"}
      target: {os: debian, dist: debian13, arch: x86_64, imageType: raw}
      systemConfig:
        kernel: {packages: [linux-image-amd64], dkms: [x-dkms]}
      """;

  @TempDir private Path folder;

  @Test
  void whatTheTemplatePutsIntoTheImageStays() throws Exception {
    SequencedMap<String, Sharing> expected = new LinkedHashMap<>();
    for (String made : List.of("configure", "dkms", "added modules", "modules", "base")) {
      expected.put(made, Sharing.SHARED);
    }
    for (String made :
        List.of("root", "initrd files", "initrd", "root image", "verity", "kernel image", "disk")) {
      expected.put(made, Sharing.LOCAL);
    }

    assertThat(sharing("", "Debian")).containsExactlyEntriesOf(expected);
  }

  @Test
  void whatComesOfAnAnswerStays() throws Exception {
    assertThat(sharing("  debconf: [tzdata tzdata/Areas select Europe]\n", "Debian"))
        .containsEntry("dkms", Sharing.SHARED)
        .containsEntry("configure", Sharing.LOCAL)
        .containsEntry("base", Sharing.LOCAL)
        .containsEntry("modules", Sharing.LOCAL);
  }

  @Test
  void whatComesOfAFileStays() throws Exception {
    String file = "  additionalFiles: [{final: %s, mode: \"%s\", content: x}]\n";

    assertThat(sharing(file.formatted("/usr/share/x", "0644"), "Debian"))
        .containsEntry("modules", Sharing.SHARED)
        .containsEntry("triggering files", Sharing.LOCAL)
        .containsEntry("triggers", Sharing.LOCAL)
        .containsEntry("base", Sharing.LOCAL);
    for (String nothing :
        List.of(file.formatted("/etc/motd", "0644"), file.formatted("/usr/share/x", "0600"))) {
      assertThat(sharing(nothing, "Debian"))
          .doesNotContainKeys("triggering files", "triggers")
          .containsEntry("base", Sharing.SHARED);
    }
  }

  @Test
  void whatComesOfAPackageThatNoArchivePublishesStays() throws Exception {
    for (String origin : List.of(LocalFolder.ORIGIN, SinglePackages.ORIGIN)) {
      assertThat(sharing("", origin))
          .hasSize(12)
          .allSatisfy((_, sharing) -> assertThat(sharing).isEqualTo(Sharing.LOCAL));
    }
  }

  private SequencedMap<String, Sharing> sharing(String more, String origin) throws Exception {
    Plan plan = plan(template(more), origin);
    SequencedMap<String, Sharing> all = new LinkedHashMap<>();
    for (Step step : plan.inOrder()) {
      all.put(step.id().name(), plan.sharing(step.id()));
    }
    return all;
  }

  private Plan plan(Template template, String origin) throws IOException {
    LockedPackage item =
        new LockedPackage(
            "bash",
            DebVersion.parse("5"),
            "amd64",
            Digest.sha256("bash"),
            1,
            new Origin(origin, "trixie", "main"),
            "bash.deb");
    Lock lock = new Lock("amd64", List.of(), List.of(), List.of(item), List.of(item));
    try (Store store = Store.open(folder.resolve("cache"));
        PackageSupply supply =
            new PackageSupply(store, List.of(), Network.DIRECT.offline(), Instant.EPOCH)) {
      NeededPackages packages =
          new NeededPackages(new StepId("packages"), lock, supply, store.actions(), _ -> {});
      return new Composer(store, supply, _ -> {}).plan(template, lock, packages, 0);
    }
  }

  private Template template(String more) throws IOException {
    Path file = Files.writeString(folder.resolve("a.yaml"), TEMPLATE + more);
    return switch (TemplateLoader.load(file)) {
      case Loading.Loaded loaded -> loaded.template();
      case Loading.Rejected rejected -> throw new RejectedException(rejected.problems());
    };
  }
}
