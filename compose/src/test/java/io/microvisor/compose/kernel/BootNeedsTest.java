package io.microvisor.compose.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.compose.problem.Code;
import io.microvisor.compose.problem.Problem;
import io.microvisor.compose.template.Kernel;
import io.microvisor.compose.template.Persistence;
import io.microvisor.formats.kmod.KernelModule;
import io.microvisor.formats.kmod.ModuleIndex;
import io.microvisor.formats.tree.TreePath;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BootNeedsTest {
  private static final String MODULAR =
      """
      CONFIG_EFI_STUB=y
      CONFIG_BLK_DEV_INITRD=y
      CONFIG_RD_ZSTD=y
      CONFIG_EFI_PARTITION=y
      CONFIG_BLK_DEV_DM=m
      CONFIG_DM_VERITY=m
      CONFIG_EROFS_FS=m
      CONFIG_EROFS_FS_XATTR=y
      CONFIG_EROFS_FS_ZIP=y
      CONFIG_EROFS_FS_ZIP_ZSTD=y
      CONFIG_OVERLAY_FS=m
      CONFIG_DEVTMPFS=y
      CONFIG_TMPFS=y
      CONFIG_CGROUPS=y
      CONFIG_INOTIFY_USER=y
      CONFIG_SIGNALFD=y
      CONFIG_TIMERFD=y
      CONFIG_EPOLL=y
      CONFIG_UNIX=y
      CONFIG_PROC_FS=y
      CONFIG_SYSFS=y
      CONFIG_FHANDLE=y
      # CONFIG_SOUND is not set
      """;
  private static final List<String> ALL = List.of("dm-mod", "dm-verity", "erofs", "overlay");

  private static List<String> unmet(String config, List<String> modules, List<String> builtin)
      throws IOException {
    return unmet(Kernels.asking("linux-image-vendor"), config, modules, builtin, ".ko");
  }

  private static List<String> unmet(
      Kernel kernel, String config, List<String> modules, List<String> builtin, String suffix)
      throws IOException {
    Kernels root = new Kernels();
    if (!config.isEmpty()) {
      root.file("boot/config-6.12", config);
    }
    List<KernelModule> found = new ArrayList<>();
    modules.forEach(name ->
        found.add(new KernelModule("kernel/" + name + suffix, List.of(), List.of(), List.of())));
    List<Problem> problems =
        BootNeeds.unmet(
            root.tree(),
            root.contents(),
            new InstalledKernel("6.12", TreePath.of("boot/vmlinuz-6.12"), "", List.of()),
            ModuleIndex.of(
                found,
                List.of(),
                builtin.stream().map(name -> "kernel/" + name + ".ko").toList(),
                List.of()),
            new KernelNeeds(kernel.choice(), kernel.initrdModules(), Persistence.State.NONE));
    assertThat(problems).allMatch(problem -> problem.code() == Code.KERNEL_LACKS);
    return problems.stream().map(Problem::toString).toList();
  }

  @Test
  void areMetByModules() throws IOException {
    assertThat(unmet(MODULAR, ALL, List.of())).isEmpty();
    assertThat(unmet("", ALL, List.of())).isEmpty();
  }

  @Test
  void areMetByWhatIsBuiltIn() throws IOException {
    assertThat(unmet(MODULAR.replace("=m", "=y"), List.of(), ALL)).isEmpty();
    assertThat(unmet("", List.of(), ALL)).isEmpty();
  }

  @Test
  void areMetByAConfigurationThatBuildsInWhenNothingElseTells() throws IOException {
    assertThat(unmet(MODULAR.replace("=m", "=y"), List.of(), List.of())).isEmpty();
  }

  @Test
  void nameTheOptionThatIsNotSetAndItsUse() throws IOException {
    String without =
        MODULAR
            .replace("CONFIG_EROFS_FS=m", "# CONFIG_EROFS_FS is not set")
            .replace("CONFIG_EROFS_FS_ZIP_ZSTD=y\n", "");
    assertThat(unmet(without, List.of("dm-mod", "dm-verity", "overlay"), List.of()))
        .containsExactly(
            "edge.yaml:7:3: kernel 6.12: CONFIG_EROFS_FS is not set, to mount the root (expected:"
                + " CONFIG_EROFS_FS=y, or =m and the module erofs)\n"
                + "  advice: take a kernel that is configured with CONFIG_EROFS_FS",
            "edge.yaml:7:3: kernel 6.12: CONFIG_EROFS_FS_ZIP_ZSTD is not set, to mount the root"
                + " (expected: CONFIG_EROFS_FS_ZIP_ZSTD=y)\n"
                + "  advice: take a kernel that is configured with CONFIG_EROFS_FS_ZIP_ZSTD");
  }

  @Test
  void nameTheModuleThatIsInAnotherPackage() throws IOException {
    assertThat(unmet(MODULAR, List.of("dm-mod", "erofs", "overlay"), List.of()))
        .singleElement()
        .asString()
        .contains(
            "CONFIG_DM_VERITY=m, but no module dm_verity in its packages, to check the root while"
                + " it is read (expected:");
  }

  @Test
  void nameTheModuleWhereNoConfigurationTells() throws IOException {
    assertThat(unmet("", List.of("dm-mod", "dm-verity", "erofs"), List.of()))
        .singleElement()
        .asString()
        .contains("kernel 6.12: no module overlay, to make /etc writable in memory (expected:");
  }

  @Test
  void nameTheExtraModuleThatTheKernelLacksAtItsPlace() throws IOException {
    Kernel kernel = Kernels.initrdModules(Kernels.asking("k"), "erofs", "intel-vpu");
    assertThat(unmet(kernel, MODULAR, ALL, List.of(), ".ko"))
        .containsExactly(
            "edge.yaml:8:5: kernel 6.12: no module intel-vpu (expected: one of its modules, or one"
                + " built in)");
  }

  @Test
  void refuseModulesThatTheSystemsOwnProgramsCannotRead() throws IOException {
    assertThat(unmet(Kernels.asking("k"), MODULAR, ALL, List.of(), ".ko.gz"))
        .singleElement()
        .asString()
        .contains(".ko.gz: packed with gzip, which Debian's kmod does not read (expected: .ko,");
    assertThat(unmet(Kernels.asking("k"), MODULAR, ALL, List.of(), ".ko.zst")).isEmpty();
  }
}
