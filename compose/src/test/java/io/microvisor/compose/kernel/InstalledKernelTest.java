package io.microvisor.compose.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.microvisor.compose.template.Kernel;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class InstalledKernelTest {
  private static final String STATUS =
      """
      Package: linux-image-amd64
      Status: install ok installed
      Architecture: amd64
      Version: 6.12.90-1
      Depends: linux-image-6.12.90-amd64 (= 6.12.90-1)

      Package: linux-image-6.12.90-amd64
      Status: install ok installed
      Architecture: amd64
      Version: 6.12.90-1
      Depends: kmod

      Package: linux-image-6.14.3-vendor
      Status: install ok installed
      Architecture: amd64
      Version: 6.14.3-2

      Package: kmod
      Status: install ok installed
      Architecture: amd64
      Version: 34
      """;

  private final Kernels root =
      new Kernels()
          .file("boot/vmlinuz-6.12.90-amd64", "a")
          .file("usr/lib/modules/6.12.90-amd64/modules.order", "")
          .file("var/lib/dpkg/status", STATUS)
          .file(
              "var/lib/dpkg/info/linux-image-6.12.90-amd64.list",
              "/.\n/boot\n/boot/vmlinuz-6.12.90-amd64\n");

  private InstalledKernel of(Kernel wanted) throws IOException {
    return InstalledKernel.of(root.tree(), root.contents(), wanted.choice());
  }

  private void addVendor() {
    root.link("lib", "usr/lib")
        .file("usr/lib/modules/6.14.3-vendor/vmlinuz", "b")
        .file(
            "var/lib/dpkg/info/linux-image-6.14.3-vendor.list",
            "/.\n/lib/modules/6.14.3-vendor/vmlinuz\n");
  }

  @Test
  void isTheOnlyOneThereIs() throws IOException {
    InstalledKernel found = of(Kernels.asking("linux-image-amd64"));
    assertThat(found.release()).isEqualTo("6.12.90-amd64");
    assertThat(found.image()).hasToString("boot/vmlinuz-6.12.90-amd64");
    assertThat(found.owner()).isEqualTo("linux-image-6.12.90-amd64 6.12.90-1");
    assertThat(found.others()).isEmpty();
  }

  @Test
  void ofTwoIsTheOneThatTheKernelsPackagesBring() throws IOException {
    addVendor();
    InstalledKernel debians = of(Kernels.asking("linux-image-amd64"));
    assertThat(debians.release()).isEqualTo("6.12.90-amd64");
    assertThat(debians.others()).containsExactly("6.14.3-vendor");
    InstalledKernel vendors = of(Kernels.asking("linux-image-6.14*"));
    assertThat(vendors.image()).hasToString("usr/lib/modules/6.14.3-vendor/vmlinuz");
    assertThat(vendors.owner()).isEqualTo("linux-image-6.14.3-vendor 6.14.3-2");
  }

  @Test
  void refusesToGuessBetweenTwoThatAreBothAskedFor() {
    addVendor();
    assertThatThrownBy(
            () -> of(Kernels.asking("linux-image-6.12.90-amd64", "linux-image-6.14.3-vendor")))
        .hasMessage(
            "edge.yaml:7:3: kernel: the packages linux-image-6.12.90-amd64,"
                + " linux-image-6.14.3-vendor bring 6.12.90-amd64 from linux-image-6.12.90-amd64"
                + " 6.12.90-1 and 6.14.3-vendor from linux-image-6.14.3-vendor 6.14.3-2 (expected:"
                + " exactly one)\n"
                + "  advice: name one kernel package under systemConfig.kernel.packages, or its"
                + " release under systemConfig.kernel.version");
  }

  @Test
  void isTheOneOfTheVersionAskedFor() throws IOException {
    addVendor();
    Kernel both = Kernels.asking("linux-image-6.12.90-amd64", "linux-image-6.14.3-vendor");
    assertThat(of(Kernels.version(both, "6.14")).release()).isEqualTo("6.14.3-vendor");
    assertThat(of(Kernels.version(both, "6.12.90-amd64")).release()).isEqualTo("6.12.90-amd64");
  }

  @Test
  void refusesAVersionThatOnlyLooksAlike() {
    assertThatThrownBy(() -> of(Kernels.version(Kernels.asking("linux-image-amd64"), "6.1")))
        .hasMessageContaining("the packages bring 6.12.90-amd64 (expected: 6.1, or what begins");
  }

  @Test
  void tellsThatThereIsNone() {
    Kernels empty = new Kernels().file("usr/lib/modules/6.1/modules.order", "");
    assertThatThrownBy(() ->
            InstalledKernel.of(empty.tree(), empty.contents(), Kernels.asking("kmod").choice()))
        .hasMessageContaining("the packages kmod bring none (expected: exactly one)");
  }
}
