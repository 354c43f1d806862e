package io.microvisor.compose.rootfs;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.bytes.ContentSource;
import io.microvisor.compose.kernel.InstalledKernel;
import io.microvisor.compose.kernel.KernelNeeds;
import io.microvisor.compose.problem.Place;
import io.microvisor.compose.template.Kernel;
import io.microvisor.compose.template.ModuleSelection;
import io.microvisor.compose.template.Persistence;
import io.microvisor.formats.kmod.KernelModule;
import io.microvisor.formats.kmod.ModuleIndex;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.Meta;
import io.microvisor.formats.tree.TreePath;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class KernelModulesTest {
  private static final String FOLDER = "usr/lib/modules/6.12/";
  private static final Place PLACE = Place.startOf("edge.yaml");
  private static final List<String> MODULES =
      List.of(
          "kernel/fs/erofs/erofs.ko.zst",
          "kernel/drivers/md/dm-verity.ko",
          "kernel/drivers/gpu/drm/i915/i915.ko.xz",
          "kernel/sound/soundcore.ko",
          "updates/dkms/acpi_call.ko",
          "kernel/fs/ext4/ext4.ko");

  private final FileTree.Builder tree = FileTree.builder();
  private Persistence.State state = Persistence.State.NONE;

  private FileTree select(ModuleSelection selection, String... initrd) throws IOException {
    List<KernelModule> modules = new ArrayList<>();
    for (String path : MODULES) {
      put(FOLDER + path);
      modules.add(new KernelModule(path, List.of(), List.of(), List.of()));
    }
    put(FOLDER + "vmlinuz");
    put(FOLDER + "build");
    put("usr/lib/modules/6.1/kernel/fs/erofs/erofs.ko");
    RootEditor root = new RootEditor(tree.build(), ContentSource.of(Map.of()), 0);
    KernelModules.select(
        root,
        ModuleIndex.of(modules, List.of(), List.of(), List.of()),
        new KernelNeeds(
            new Kernel.Choice(List.of(), "", PLACE),
            new Kernel.Named(List.of(initrd), PLACE),
            state),
        selection,
        new InstalledKernel("6.12", TreePath.of(FOLDER + "vmlinuz"), "", List.of("6.1")),
        0);
    return root.tree();
  }

  private void put(String path) {
    tree.mkdirs(TreePath.of(path).parent());
    tree.put(path, new Inode.RegularFile(Meta.of(0644), Inode.RegularFile.EMPTY, 0));
  }

  private static ModuleSelection without(String... exclude) {
    return new ModuleSelection(ModuleSelection.Profile.VIRTUAL, List.of(), List.of(exclude));
  }

  @Test
  void keepsWhatTheBootNeedsWhateverTheTemplateLeavesOut() throws IOException {
    FileTree root = select(without("erofs", "dm_verity"));
    assertThat(root.find(FOLDER + MODULES.get(0))).isPresent();
    assertThat(root.find(FOLDER + MODULES.get(1))).isPresent();
    assertThat(root.find(FOLDER + MODULES.get(2))).isEmpty();
  }

  @Test
  void keepsTheFileSystemOfTheState() throws IOException {
    assertThat(select(without("ext4")).find(FOLDER + MODULES.getLast())).isEmpty();

    state = Persistence.State.EXT4;

    assertThat(select(without("ext4")).find(FOLDER + MODULES.getLast())).isPresent();
  }

  @Test
  void keepsWhatGoesIntoTheInitrd() throws IOException {
    assertThat(select(without(), "i915").find(FOLDER + MODULES.get(2))).isPresent();
  }

  @Test
  void keepsModulesThatWereAddedAndLeavesNoEmptyFolders() throws IOException {
    FileTree root = select(without());
    assertThat(root.find(FOLDER + "updates/dkms/acpi_call.ko")).isPresent();
    assertThat(root.find(FOLDER + "kernel/sound")).isEmpty();
    FileTree other = select(without("acpi_call"));
    assertThat(other.find(FOLDER + "updates/dkms")).isEmpty();
  }

  @Test
  void leavesOutOtherKernelsAndWhatModulesAreBuiltWith() throws IOException {
    FileTree root = select(without());
    assertThat(root.find("usr/lib/modules/6.1")).isEmpty();
    assertThat(root.find(FOLDER + "vmlinuz")).isEmpty();
    assertThat(root.find(FOLDER + "build")).isEmpty();
    assertThat(root.find(FOLDER + "modules.dep")).isPresent();
  }
}
