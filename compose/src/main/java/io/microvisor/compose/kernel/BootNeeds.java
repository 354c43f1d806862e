package io.microvisor.compose.kernel;

import io.microvisor.bytes.ContentSource;
import io.microvisor.compose.problem.Code;
import io.microvisor.compose.problem.Problem;
import io.microvisor.formats.kmod.ModuleIndex;
import io.microvisor.formats.tree.FileTree;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;

/// What a kernel must be able to do to boot an image, so that a build fails instead of a machine.
///
/// Each need is an option of the kernel's configuration. One that can be a module is met by a module of that name, or by one
/// built in; where the packages bring no configuration, only those are checked.
public final class BootNeeds {
  /// @param option without `CONFIG_`
  /// @param module the module that it makes; empty for what is never one
  /// @param use what the image needs it for
  record Need(String option, String module, String use) {}

  private static final String ROOT = "to mount the root";
  private static final String VERITY = "to check the root while it is read";
  private static final String SYSTEMD = "for systemd";

  private static final List<Need> NEEDS =
      List.of(
          new Need("EFI_STUB", "", "to be started by the firmware"),
          new Need("BLK_DEV_INITRD", "", "to start with an initrd"),
          new Need("RD_ZSTD", "", "to unpack the initrd"),
          new Need("EFI_PARTITION", "", "to find the root's partition"),
          new Need("BLK_DEV_DM", "dm_mod", VERITY),
          new Need("DM_VERITY", "dm_verity", VERITY),
          new Need("EROFS_FS", "erofs", ROOT),
          new Need("EROFS_FS_ZIP", "", ROOT),
          new Need("EROFS_FS_ZIP_ZSTD", "", ROOT),
          new Need("EROFS_FS_XATTR", "", "for file capabilities"),
          new Need("OVERLAY_FS", "overlay", "to make /etc writable in memory"),
          new Need("DEVTMPFS", "", SYSTEMD),
          new Need("TMPFS", "", SYSTEMD),
          new Need("CGROUPS", "", SYSTEMD),
          new Need("INOTIFY_USER", "", SYSTEMD),
          new Need("SIGNALFD", "", SYSTEMD),
          new Need("TIMERFD", "", SYSTEMD),
          new Need("EPOLL", "", SYSTEMD),
          new Need("UNIX", "", SYSTEMD),
          new Need("PROC_FS", "", SYSTEMD),
          new Need("SYSFS", "", SYSTEMD),
          new Need("FHANDLE", "", SYSTEMD));

  private static final List<Need> STATE_NEEDS =
      List.of(
          new Need("EXT4_FS", "ext4", "to keep state"),
          new Need("BLK_DEV_LOOP", "loop", "to make the state's file system"));

  private BootNeeds() {}

  /// The modules that must be in the initrd unless they are built in, by name.
  public static List<String> modules() {
    return modules(NEEDS);
  }

  /// The same for an image with a state partition.
  public static List<String> modulesForState() {
    return modules(STATE_NEEDS);
  }

  private static List<String> modules(List<Need> needs) {
    return needs.stream().map(Need::module).filter(name -> !name.isEmpty()).toList();
  }

  /// What a kernel lacks.
  ///
  /// @param tree where its configuration is
  /// @param index its modules
  /// @param wanted what the image asks of it
  /// @return one problem for each, at the place of the kernel or of the wish for a module
  public static List<Problem> unmet(
      FileTree tree,
      ContentSource contents,
      InstalledKernel found,
      ModuleIndex index,
      KernelNeeds wanted)
      throws IOException {
    List<Problem> problems = new ArrayList<>();
    List<Need> needs = new ArrayList<>(NEEDS);
    switch (wanted.state()) {
      case NONE -> {}
      case EXT4 -> needs.addAll(STATE_NEEDS);
    }
    Optional<KernelConfig> config = KernelConfig.find(tree, contents, found.release());
    SortedSet<String> builtin = index.builtin();
    for (Need need : needs) {
      boolean there = index.find(need.module()).isPresent() || builtin.contains(need.module());
      if (!there) {
        unmet(need, config)
            .ifPresent(why ->
                problems.add(
                    Problem.of(
                        Code.KERNEL_LACKS,
                        wanted.choice().place(),
                        "kernel " + found.release() + ": " + why,
                        "take a kernel that is configured with CONFIG_" + need.option())));
      }
    }
    index.modules().stream()
        .filter(module -> module.path().endsWith(".gz"))
        .findFirst()
        .ifPresent(module ->
            problems.add(
                Problem.of(
                    Code.KERNEL_LACKS,
                    wanted.choice().place(),
                    "kernel "
                        + found.release()
                        + ": "
                        + module.path()
                        + ": packed with gzip, which Debian's kmod does not read (expected: .ko, .ko.xz or"
                        + " .ko.zst)",
                    "take a kernel that is configured with CONFIG_MODULE_COMPRESS_ZSTD or _XZ, or without")));
    for (String name : wanted.initrdModules().names()) {
      if (index.find(name).isEmpty() && !builtin.contains(name.replace('-', '_'))) {
        problems.add(
            Problem.of(
                Code.KERNEL_LACKS,
                wanted.initrdModules().place(),
                "kernel "
                    + found.release()
                    + ": no module "
                    + name
                    + " (expected: one of its modules, or one built in)"));
      }
    }
    return problems;
  }

  private static Optional<String> unmet(Need need, Optional<KernelConfig> config) {
    String expected =
        need.module().isEmpty()
            ? " " + need.use() + " (expected: CONFIG_" + need.option() + "=y)"
            : " "
                + need.use()
                + " (expected: CONFIG_"
                + need.option()
                + "=y, or =m and the module "
                + need.module()
                + ")";
    if (config.isEmpty()) {
      return need.module().isEmpty()
          ? Optional.empty()
          : Optional.of("no module " + need.module() + "," + expected);
    }
    String value = config.get().value(need.option());
    if (value.equals("y")) {
      return Optional.empty();
    }
    return Optional.of(
        value.equals("m") && !need.module().isEmpty()
            ? "CONFIG_"
                + need.option()
                + "=m, but no module "
                + need.module()
                + " in its packages,"
                + expected
            : "CONFIG_" + need.option() + " is not set," + expected);
  }
}
