package io.microvisor.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.ContentSink;
import io.microvisor.bytes.Digest;
import io.microvisor.compose.kernel.DkmsBuild;
import io.microvisor.compose.locking.PackageChoice;
import io.microvisor.compose.template.Loading;
import io.microvisor.compose.template.Template;
import io.microvisor.compose.template.TemplateLoader;
import io.microvisor.formats.kmod.KernelModule;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.packages.install.MergedPackages;
import io.microvisor.packages.install.PackageMerge;
import io.microvisor.packages.lock.Lock;
import io.microvisor.packages.lock.LockedPackage;
import io.microvisor.sandbox.Sandbox;
import io.microvisor.sandbox.SandboxSupport;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Kernel modules built from source against Debian's kernel for virtual machines.
@Tag("system")
class DkmsTest {
  private static final String GOOD =
      """
      #include <linux/module.h>
      MODULE_LICENSE("GPL");
      """;

  @TempDir Path folder;

  @Test
  void theSamePackagesGiveTheSameModules() throws IOException, InterruptedException {
    Template template = template("acpi-call-dkms");
    try (Archive archive = Archive.open()) {
      archive.snapshots();
      Lock lock = PackageChoice.lock(template, archive.supply(), _ -> {});
      assertThat(lock.packages())
          .extracting(LockedPackage::name)
          .doesNotContain("dkms", "gcc", "acpi-call-dkms");
      Lock building = lock.forBuilding();
      MergedPackages packages =
          PackageMerge.merge(
              archive
                  .supply()
                  .unpack(building, archive.supply().fetch(building, _ -> {}), (_, _) -> {}));
      Map<Digest, ByteSource> contents = new HashMap<>();

      FileTree first = build(packages, template, contents);
      FileTree second = build(packages, template, contents);

      assertThat(second.digest()).isEqualTo(first.digest());
      List<FileTree.Entry> files =
          first.entries().filter(each -> each.inode() instanceof Inode.RegularFile).toList();
      assertThat(files)
          .singleElement()
          .extracting(each -> each.path().toString())
          .asString()
          .matches("usr/lib/modules/6\\..*-cloud-amd64/updates/dkms/acpi_call\\.ko");
      Inode.RegularFile file = (Inode.RegularFile) files.getFirst().inode();
      byte[] elf = Objects.requireNonNull(contents.get(file.content())).readAll(1 << 20);
      assertThat(KernelModule.parse("acpi_call.ko", elf).values("license")).contains("GPL");
      assertThat(new String(elf, StandardCharsets.ISO_8859_1))
          .doesNotContain("Module signature appended", folder.toString());
    }
  }

  private static FileTree build(
      MergedPackages packages, Template template, Map<Digest, ByteSource> contents)
      throws IOException, InterruptedException {
    return DkmsBuild.build(
        Sandbox.on(SandboxSupport.probe()),
        packages,
        template.system().kernel(),
        ContentSink.into(contents),
        _ -> {});
  }

  @Test
  void namesTheKernelThatASourceDoesNotSupport() throws IOException, InterruptedException {
    pack("picky", "BUILD_EXCLUSIVE_KERNEL=\"^5\\.\"\n", GOOD);
    Emt.Ending ending = build("picky-dkms");
    assertThat(ending.exit()).as(ending.said()).isNotZero();
    assertThat(ending.said())
        .contains("own.yaml:7:12: picky-dkms 1.0: picky 1.0 does not support kernel 6.")
        .contains("BUILD_EXCLUSIVE");
  }

  @Test
  void showsWhatTheCompilerSaid() throws IOException, InterruptedException {
    pack("broken", "", GOOD + "static nonsense x;\n");
    Emt.Ending ending = build("broken-dkms");
    assertThat(ending.exit()).as(ending.said()).isNotZero();
    assertThat(ending.said())
        .contains("own.yaml:7:12: broken-dkms 1.0: broken 1.0 does not build for kernel 6.")
        .contains("broken.c:3:8: error: unknown type name");
    assertThat(folder.resolve("build")).doesNotExist();
  }

  private void pack(String name, String conf, String code)
      throws IOException, InterruptedException {
    Path debs = Files.createDirectories(folder.resolve("debs"));
    DkmsSource.pack(debs, Files.createDirectory(folder.resolve(name)), name, conf, code);
  }

  private Emt.Ending build(String source) throws IOException, InterruptedException {
    template(source);
    return Emt.in(folder).run("build", "own.yaml");
  }

  private Template template(String source) throws IOException {
    Files.createDirectories(folder.resolve("debs"));
    Path file =
        Files.writeString(
            folder.resolve("own.yaml"),
            """
            extends: minimal
            image: {name: own, version: "1"}
            packageRepositories:
              - path: debs
            systemConfig:
              kernel:
                dkms: [%s]
            """
                .formatted(source));
    return switch (TemplateLoader.load(file)) {
      case Loading.Loaded loaded -> loaded.template();
      case Loading.Rejected rejected -> throw new AssertionError(rejected.problems().toString());
    };
  }
}
