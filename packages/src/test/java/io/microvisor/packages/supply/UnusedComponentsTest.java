package io.microvisor.packages.supply;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.bytes.Digest;
import io.microvisor.packages.deb.DebPackage;
import io.microvisor.packages.fetch.Network;
import io.microvisor.packages.repository.RepositorySpec;
import io.microvisor.packages.solver.Resolution;
import io.microvisor.packages.solver.Wish;
import io.microvisor.packages.solver.deb.DebPolicy;
import io.microvisor.store.Store;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnusedComponentsTest {
  @TempDir private Path folder;

  @Test
  void namesTheComponentThatHasWhatNoComponentInUseHas() throws Exception {
    publish(List.of("main", "non-free-firmware"), List.of("tool", "firmware-x"));

    assertThat(message("trixie", "firmware-x"))
        .isEqualTo(
            "firmware-x: no package of this name; Debian/trixie/non-free-firmware has it:"
                + " add non-free-firmware to archive.components");
    assertThat(message("edge.yaml:3:5", "firmware-x"))
        .endsWith("add non-free-firmware to component in edge.yaml:3:5");
    assertThat(message("trixie", "nothing")).isEqualTo("nothing: no package of this name");
  }

  @Test
  void anUnusedComponentThatCannotBeHadIsNoErrorOfItsOwn() throws Exception {
    publish(List.of("main", "contrib"), List.of("tool", "other"));
    Files.delete(folder.resolve("dists/trixie/contrib/binary-amd64/Packages"));

    assertThat(message("trixie", "other")).isEqualTo("other: no package of this name");
  }

  private String message(String name, String wish) throws IOException, InterruptedException {
    RepositorySpec spec =
        new RepositorySpec(
            name,
            List.of(folder.toUri()),
            "trixie",
            List.of("main"),
            "amd64",
            new RepositorySpec.Trust.Unsigned(),
            RepositorySpec.Freshness.CHECKED,
            RepositorySpec.Presence.REQUIRED);
    try (Store store = Store.open(folder.resolve("store"));
        PackageSupply supply =
            new PackageSupply(store, List.of(spec), Network.DIRECT, Instant.now())) {
      return supply.solve(List.of(Wish.of(wish)), DebPolicy.of("amd64"), _ -> {})
              instanceof Resolution.Misunderstood<DebPackage>(var unknown)
          ? unknown.getFirst().message()
          : "solved";
    }
  }

  private void publish(List<String> components, List<String> names) throws IOException {
    StringBuilder release = new StringBuilder("Origin: Debian\nSuite: trixie\n");
    release.append("Date: Thu, 01 Jan 2026 00:00:00 UTC\nArchitectures: amd64\n");
    release.append("Components: " + String.join(" ", components) + "\nSHA256:\n");
    for (int i = 0; i < components.size(); i++) {
      String index =
          """
          Package: %1$s
          Version: 1
          Architecture: amd64
          Filename: pool/%1$s.deb
          Size: 1
          SHA256: %2$s
          """
              .formatted(names.get(i), "ab".repeat(32));
      String path = components.get(i) + "/binary-amd64/Packages";
      Path file = folder.resolve("dists/trixie").resolve(path);
      Files.createDirectories(file.getParent());
      Files.writeString(file, index);
      byte[] bytes = index.getBytes(StandardCharsets.UTF_8);
      release.append(" %s %d %s\n".formatted(Digest.sha256(bytes).hex(), bytes.length, path));
    }
    Files.writeString(folder.resolve("dists/trixie/Release"), release);
  }
}
