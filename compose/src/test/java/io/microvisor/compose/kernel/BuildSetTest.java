package io.microvisor.compose.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.microvisor.bytes.Digest;
import io.microvisor.compose.template.Kernel;
import io.microvisor.packages.deb.DebVersion;
import io.microvisor.packages.deb.Origin;
import io.microvisor.packages.lock.LockedPackage;
import io.microvisor.packages.solver.Wish;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class BuildSetTest {
  private static final Kernel KERNEL = Kernels.dkms(Kernels.asking("linux-image-amd64"), "x-dkms");

  private static List<String> wishes(Kernel kernel, Set<String> available, String... image)
      throws IOException {
    List<LockedPackage> locked = new ArrayList<>();
    for (String name : image) {
      locked.add(
          new LockedPackage(
              name,
              DebVersion.parse("6.12.90-1"),
              "amd64",
              Digest.sha256(name),
              1,
              new Origin("Debian", "trixie", "main"),
              name + ".deb"));
    }
    return BuildSet.wishes(kernel, locked, available::contains).stream().map(Wish::text).toList();
  }

  @Test
  void isTheSourcesTheToolsAndTheHeadersOfTheImagesKernel() throws IOException {
    assertThat(
            wishes(
                KERNEL,
                Set.of("linux-headers-6.12.90+deb13-amd64=6.12.90-1"),
                "bash",
                "linux-image-amd64",
                "linux-image-6.12.90+deb13-amd64"))
        .containsExactly(
            "x-dkms", "dkms", "gcc", "make", "linux-headers-6.12.90+deb13-amd64=6.12.90-1");
  }

  @Test
  void takesHeadersOfAnotherVersionWhereTheKernelsIsNotThere() throws IOException {
    assertThat(wishes(KERNEL, Set.of(), "linux-image-6.12.90-vendor-unsigned"))
        .contains("linux-headers-6.12.90-vendor");
  }

  @Test
  void takesTheHeadersThatTheTemplateNames() throws IOException {
    Kernel named = Kernels.dkms(KERNEL, "x-dkms", "linux-headers-edge", "gcc");
    assertThat(wishes(named, Set.of(), "linux-image-6.12.90-vendor"))
        .containsExactly("x-dkms", "linux-headers-edge", "gcc", "dkms", "make");
  }

  @Test
  void asksForTheHeadersNameWhereNothingTellsIt() {
    assertThatThrownBy(() -> wishes(KERNEL, Set.of(), "bash", "linux-image-amd64"))
        .hasMessage(
            "edge.yaml:9:12: dkms: no package linux-image-<release> in the image, so its kernel's"
                + " headers are not known (expected: one)\n"
                + "  advice: name the package with the headers, linux-headers-..., under"
                + " systemConfig.kernel.dkms");
  }
}
