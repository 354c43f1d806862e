package io.microvisor.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.formats.kmod.ModuleIndex;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/// An image with a vendor's kernel from a folder beside the template, and a module built for it from source, booted once.
@Tag("system")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class VendorKernelTest {

  @RegisterExtension private static final LabOfClass LAB = new LabOfClass();

  private Path image = Path.of("");
  private @Nullable VendorKernel kernel;
  private @Nullable Guest guest;

  @BeforeAll
  void buildAndBoot(@TempDir Path folder) throws IOException, InterruptedException {
    VendorKernel vendor =
        VendorKernel.pack(
            Files.createDirectory(folder.resolve("debs")),
            Files.createDirectory(folder.resolve("vendor")));
    kernel = vendor;
    Files.writeString(
        folder.resolve("own.yaml"),
        """
        extends: minimal
        image: {name: own, version: "1"}
        packageRepositories:
          - path: debs
        systemConfig:
          kernel:
            packages: [%s]
            dkms: [acpi-call-dkms, linux-headers-%s]
            enableExtraModules: softdog
        """
            .formatted(vendor.name(), vendor.release()));
    Emt.Ending built = Emt.in(folder).run("build", "own.yaml");
    assertThat(built.exit()).as(built.said()).isZero();
    image = folder.resolve("build/own/own-1.raw");
    guest = LAB.get().boot(image, folder.resolve("guest"));
    run("systemctl is-system-running --wait");
  }

  @AfterAll
  void stop() {
    if (guest != null) {
      guest.close();
    }
  }

  private VendorKernel kernel() {
    return Objects.requireNonNull(kernel);
  }

  private String run(String command) throws IOException, InterruptedException {
    return Objects.requireNonNull(guest).run(command).text().strip();
  }

  @Test
  void bootsTheVendorsKernel() throws IOException, InterruptedException {
    assertThat(run("uname -r")).isEqualTo(kernel().release());
    assertThat(run("dpkg-query -W -f '${Package} ' 'linux-image-*'")).isEqualTo(kernel().name());
    assertThat(run("systemctl is-system-running"))
        .as(run("systemctl --failed"))
        .isEqualTo("running");
    assertThat(run("findmnt -no FSTYPE,SOURCE /")).isEqualTo("erofs /dev/mapper/root");
    assertThat(run("ls /boot /usr/lib/modules/$(uname -r)")).doesNotContain("vmlinuz");
  }

  @Test
  void loadsModulesHoweverTheyArePacked() throws IOException, InterruptedException {
    for (String[] each :
        new String[][] {{"nf_tables", ".ko.zst"}, {"veth", ".ko.xz"}, {"dm_crypt", ".ko"}}) {
      assertThat(run("modinfo -n " + each[0])).endsWith(each[1]);
      assertThat(run("modprobe " + each[0] + " 2>&1; lsmod")).contains("\n" + each[0] + " ");
    }
  }

  @Test
  void loadsTheModuleThatWasBuiltFromSource() throws IOException, InterruptedException {
    assertThat(run("modinfo -n acpi_call"))
        .isEqualTo("/lib/modules/" + kernel().release() + "/updates/dkms/acpi_call.ko");
    assertThat(run("modinfo -F signer acpi_call")).isEmpty();
    assertThat(run("modprobe acpi_call 2>&1; lsmod")).contains("\nacpi_call ");
    assertThat(run("echo '\\_SB.NOT' >/proc/acpi/call && tr -d '\\0' </proc/acpi/call"))
        .contains("AE_NOT_FOUND");
  }

  @Test
  void keepsNothingOfWhatModulesAreBuiltWith() throws IOException, InterruptedException {
    assertThat(run("command -v gcc make dkms ld as; ls -d /usr/src/* /var/lib/dkms 2>/dev/null"))
        .isEmpty();
    assertThat(run("ls /usr/lib/modules/$(uname -r)")).doesNotContain("build", "source");
    assertThat(run("dpkg-query -W -f '${Package} '"))
        .doesNotContain("dkms", "linux-headers", "gcc-14-x86", "make ");
  }

  @Test
  void namesKernelAndBuildPackagesInItsManifest() throws IOException {
    String disk = String.valueOf(image.getFileName());
    Path manifest = image.resolveSibling(disk.replaceFirst("raw$", "manifest.json"));
    assertThat(Files.readString(manifest))
        .contains("\"kernel\" : \"" + kernel().release() + "\"")
        .contains("\"kernelPackage\" : \"" + kernel().name() + " " + kernel().version() + "\"")
        .containsSubsequence("\"buildPackages\"", "acpi-call-dkms", "linux-headers-");
  }

  /// depmod's files as `make modules_install` left them, of the same modules.
  @Test
  void depmodWritesTheSameFilesForIt() throws IOException, InterruptedException {
    SampleTree packed = new SampleTree();
    try (Stream<Path> files = Files.walk(kernel().modules())) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        packed.file(
            "usr/lib/modules/" + kernel().release() + "/" + kernel().modules().relativize(file),
            Files.readAllBytes(file));
      }
    }

    Map<String, byte[]> ours =
        ModuleIndex.read(packed.tree(), packed.contents(), kernel().release()).files();

    assertThat(ours).isNotEmpty();
    ours.forEach((name, bytes) ->
        assertThat(kernel().modules().resolve(name)).as(name).hasBinaryContent(bytes));
  }
}
