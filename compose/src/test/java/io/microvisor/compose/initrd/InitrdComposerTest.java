package io.microvisor.compose.initrd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.ZstdInputStream;
import io.microvisor.bytes.ByteSize;
import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.ContentSource;
import io.microvisor.bytes.Digest;
import io.microvisor.compose.initrd.InitrdSpec.Feature;
import io.microvisor.compose.state.StateStore;
import io.microvisor.compose.template.LayoutEnv;
import io.microvisor.compose.template.Persistence;
import io.microvisor.formats.cpio.CpioReader;
import io.microvisor.formats.kmod.KernelModule;
import io.microvisor.formats.kmod.ModuleIndex;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.Meta;
import io.microvisor.formats.tree.TreePath;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class InitrdComposerTest {
  private static final String UNITS = "usr/lib/systemd/system/";
  private static final String DEVICE = "/dev/disk/by-partuuid/a015b7a7-0ad6-873d-b1d4-37edbe15a537";
  private static final String VARIABLE =
      "/sys/firmware/efi/efivars/FactoryReset-8cf2644b-4b0b-428f-9387-6d876050dc67";
  private static final InitrdSpec SPEC =
      InitrdSpec.of("6.1")
          .withModules(ModuleNames.of(List.of("erofs", "virtio_pci"), List.of("absent")))
          .withTime(1_700_000_000);

  private final FileTree.Builder root = FileTree.builder();
  private final Map<Digest, ByteSource> contents = new HashMap<>();

  @BeforeEach
  void makeRoot() {
    InitrdUnits units = InitrdUnits.of(EnumSet.of(Feature.VERITY, Feature.CRYPT, Feature.STATE));
    units.programs().forEach(path -> put(path, path));
    units.units().forEach(name -> put(UNITS + name, "[Unit]\n"));
    units.rules().forEach(name -> put("usr/lib/udev/rules.d/" + name, "GROUP=\"disk\"\n"));
    put("usr/lib/os-release", "ID=test\n");
    link("etc/os-release", "../usr/lib/os-release");
    put("etc/group", "root:x:0:\ndisk:x:6:someone\ngames:x:60:\n");
    put("usr/lib/modules/6.1/kernel/erofs.ko", "erofs");
    put("usr/lib/modules/6.1/kernel/lib.ko", "lib");
    put("usr/lib/modules/6.1/kernel/other.ko", "other");
    put("usr/lib/modules/6.1/kernel/ext4.ko", "ext4");
    put("usr/lib/modules/6.1/kernel/loop.ko", "loop");
    put("usr/lib/modules/6.1/kernel/dm_crypt.ko", "dm_crypt");
    put("usr/lib/modules/6.1/kernel/xts.ko", "xts");
    link(UNITS + "sysinit.target.wants/systemd-udevd.service", "../systemd-udevd.service");
    link(UNITS + "sysinit.target.wants/ldconfig.service", "../ldconfig.service");
  }

  @Test
  void takesWhatLeadsToTheRoot() throws IOException {
    Initrd initrd = compose(SPEC);
    FileTree tree = initrd.tree();

    assertThat(tree.find("init"))
        .hasValueSatisfying(inode ->
            assertThat(((Inode.Symlink) inode).target()).isEqualTo("usr/lib/systemd/systemd"));
    assertThat(tree.resolve(TreePath.of("init"))).isPresent();
    assertThat(tree.find("sysroot")).isPresent();
    assertThat(text(initrd, "etc/initrd-release")).isEqualTo("ID=test\n");
    assertThat(text(initrd, "etc/group")).isEqualTo("root:x:0:\ndisk:x:6:\n");
    assertThat(text(initrd, UNITS + "emergency.service")).contains("FailureAction=reboot-force");
    assertThat(text(initrd, UNITS + "initrd.target.d/10-patience.conf"))
        .contains("JobTimeoutSec=600");
    assertThat(tree.find(UNITS + "sysinit.target.wants/systemd-udevd.service")).isPresent();
    assertThat(tree.find(UNITS + "sysinit.target.wants/ldconfig.service")).isEmpty();
    assertThat(tree.find(UNITS + "emt-etc.service")).isEmpty();
    assertThat(tree.entries())
        .allSatisfy(entry -> assertThat(entry.inode().meta().mtime()).isEqualTo(1_700_000_000));
  }

  @Test
  void takesModulesWithWhatTheyNeedAndTheirOwnIndexes() throws IOException {
    Initrd initrd = compose(SPEC);

    assertThat(initrd.modules()).containsExactly("erofs", "lib");
    assertThat(text(initrd, "usr/lib/modules/6.1/modules.dep"))
        .isEqualTo("kernel/erofs.ko: kernel/lib.ko\nkernel/lib.ko:\n");
    assertThat(initrd.tree().find("usr/lib/modules/6.1/kernel/other.ko")).isEmpty();
  }

  @Test
  void takesWhatTheImageSaysOfModulesSinceTheyAreLoadedHere() throws IOException {
    put("etc/modprobe.d/own.conf", "options virtio_net napi_tx=0\n");
    put("usr/lib/modprobe.d/vendor.conf", "blacklist noise\n");
    put("usr/local/lib/modprobe.d/local.conf", "alias a b\n");
    put("usr/lib/modprobe.d/off.conf", "install x false\n");
    put("etc/modprobe.d/README", "no settings\n");
    put("etc/elsewhere", "softdep a post: b\n");
    link("etc/modprobe.d/off.conf", "/dev/null");
    link("etc/modprobe.d/linked.conf", "../elsewhere");

    Initrd initrd = compose(SPEC);

    assertThat(text(initrd, "etc/modprobe.d/own.conf")).isEqualTo("options virtio_net napi_tx=0\n");
    assertThat(text(initrd, "usr/lib/modprobe.d/vendor.conf")).isEqualTo("blacklist noise\n");
    assertThat(text(initrd, "usr/local/lib/modprobe.d/local.conf")).isEqualTo("alias a b\n");
    assertThat(text(initrd, "etc/elsewhere")).isEqualTo("softdep a post: b\n");
    assertThat(initrd.tree().find("etc/modprobe.d/linked.conf")).isPresent();
    assertThat(initrd.tree().find("etc/modprobe.d/off.conf"))
        .hasValueSatisfying(
            inode -> assertThat(((Inode.Symlink) inode).target()).isEqualTo("/dev/null"));
    assertThat(initrd.tree().find("etc/modprobe.d/README")).isEmpty();
    assertThat(text(initrd, "usr/lib/modprobe.d/emt-initrd.conf")).contains("softdep dm_mod");
  }

  @Test
  void takesCiphersOnlyToOpenEncryptedDevices() throws IOException {
    assertThat(compose(SPEC).modules()).doesNotContain("dm_crypt", "xts");
    Initrd initrd =
        compose(
            new InitrdSpec(
                SPEC.kernelVersion(),
                SPEC.modules(),
                EnumSet.of(Feature.VERITY, Feature.CRYPT),
                SPEC.state(),
                SPEC.extra(),
                SPEC.patience(),
                SPEC.time()));

    assertThat(initrd.modules()).contains("dm_crypt", "xts");
  }

  @Test
  void switchesOnlyToARootThatIsThere() throws IOException {
    Initrd initrd = compose(SPEC);

    assertThat(text(initrd, UNITS + "initrd-cleanup.service.d/10-root.conf"))
        .contains("\nRequires=initrd-root-fs.target\n");
    assertThat(
            initrd
                .tree()
                .resolve(TreePath.of(UNITS + "initrd.target.wants/initrd-cleanup.service")))
        .isPresent();
  }

  @Test
  void namesAModuleTheKernelLacks() {
    InitrdSpec spec = SPEC.withModules(SPEC.modules().plus(List.of("dm-verity")));
    assertThatThrownBy(() -> compose(spec))
        .hasMessage(
            "initrd: kernel 6.1 has no module dm_verity"
                + " (expected: a module, or built into the kernel)");
  }

  @Test
  void namesAProgramTheRootLacks() {
    root.remove("usr/sbin/dmsetup");
    assertThatThrownBy(() -> compose(SPEC))
        .hasMessageContaining("/usr/sbin/dmsetup is not in the root");
  }

  @Test
  void mountsStateBeforeTheRootIsEntered() throws IOException {
    Initrd initrd = compose(SPEC.withState(new StateStore.Memory()));

    for (String unit : List.of("emt-state-memory", "emt-var", "emt-etc")) {
      assertThat(
              initrd
                  .tree()
                  .resolve(
                      TreePath.of(UNITS + "initrd-root-fs.target.requires/" + unit + ".service")))
          .as(unit)
          .isPresent();
    }
    for (String unit : List.of("emt-var", "emt-etc")) {
      assertThat(text(initrd, UNITS + unit + ".service"))
          .containsPattern("After=(.* )?emt-state-memory.service");
    }
    assertThat(text(initrd, UNITS + "emt-var.service"))
        .contains("\nExecStart=mount --bind /run/emt/state/var /sysroot/var\n");
    assertThat(text(initrd, UNITS + "emt-state-memory.service"))
        .contains("size=50%%,nr_inodes=1m,nosuid,nodev tmpfs /run/emt/state\n");
    assertThat(initrd.tree().find("usr/bin/systemd-repart")).isEmpty();
  }

  @Test
  void findsRepairsAndMountsAStatePartition() throws IOException {
    Initrd initrd = compose(withPartition(Persistence.Damaged.DEGRADE));

    assertThat(text(initrd, UNITS + "systemd-repart.service.d/10-emt.conf"))
        .contains("\nAfter=sysroot.mount\n")
        .contains("\nConditionDirectoryNotEmpty=|/sysroot/usr/lib/repart.d\n");
    assertThat(text(initrd, UNITS + "emt-state.service"))
        .containsSubsequence(
            "\nConditionPathExists=" + DEVICE,
            "\nConditionPathIsMountPoint=!/run/emt/state\n",
            "\nExecStart=e2fsck -y " + DEVICE,
            "\nExecStart=mount --mkdir -t ext4 -o nosuid,nodev,errors=remount-ro " + DEVICE);
    assertThat(initrd.tree().find("usr/bin/systemd-repart")).isPresent();
    assertThat(initrd.modules()).contains("ext4", "loop");
    for (String unit : List.of("systemd-repart", "emt-state", "emt-state-damaged")) {
      assertThat(
              initrd
                  .tree()
                  .resolve(TreePath.of(UNITS + "initrd-root-fs.target.wants/" + unit + ".service")))
          .as("it may fail: " + unit)
          .isPresent();
    }
  }

  @Test
  void makesADamagedStatePartitionAnewOnlyWhenToldTo() throws IOException {
    for (Persistence.Damaged policy : Persistence.Damaged.values()) {
      Initrd initrd = compose(withPartition(policy));

      boolean anew = initrd.tree().find(UNITS + "emt-state-anew.service").isPresent();

      assertThat(anew).isEqualTo(policy == Persistence.Damaged.RECREATE);
      assertThat(text(initrd, UNITS + "emt-state-damaged.service").contains("rescue.target"))
          .isEqualTo(policy == Persistence.Damaged.RESCUE);
    }
  }

  @Test
  void forgetsWhatOfEtcIsNotKept() throws IOException {
    Initrd initrd = compose(withPartition(Persistence.Damaged.DEGRADE));

    assertThat(text(initrd, UNITS + "emt-etc.service"))
        .contains(
            "\nExecStart=-find /run/emt/state/etc/upper -mindepth 1 -depth ( ! -type d -o -empty )"
                + " ! -path /run/emt/state/etc/upper/machine-id ! -path /run/emt/state/etc/upper/machine-id/*"
                + " -delete\n");
  }

  @Test
  void makesTheStateAnewWhenAFactoryResetIsAskedFor() throws IOException {
    Initrd initrd = compose(withPartition(Persistence.Damaged.DEGRADE));

    assertThat(text(initrd, UNITS + "emt-reset-firmware.service"))
        .contains("\nExecCondition=cmp -s -i 4 -n 6 " + VARIABLE + " /usr/lib/emt/");
    assertThat(text(initrd, UNITS + "emt-reset-kernel.service"))
        .contains("\nConditionKernelCommandLine=|systemd.factory_reset=yes\n");
    assertThat(text(initrd, UNITS + "emt-reset.service"))
        .containsSubsequence(
            "\nBefore=emt-state.service\n",
            "\nConditionPathExists=/run/emt/reset\n",
            "\nConditionPathIsMountPoint=!/run/emt/state\n",
            "\nExecStart=mkfs.ext4 ",
            "\nExecStart=mount ",
            "\nExecStart=rm -f " + VARIABLE + "\n",
            "ExecStart=echo factory reset: done\n");
    assertThat(initrd.tree().find(UNITS + "emt-reset-anew.service")).isEmpty();
    assertThat(initrd.tree().find("usr/bin/chattr")).isPresent();
    assertThat(text(initrd, "usr/lib/emt/factory-reset.efivar"))
        .isEqualTo("\7\0\0\0" + "y\0e\0s\0\0\0");
  }

  @Test
  void leavesWhatAFactoryResetIsToKeepWhereItIs() throws IOException {
    Initrd initrd =
        compose(
            withPartition(
                Persistence.Damaged.DEGRADE, "/etc/machine-id", "/opt/app", "/root/identity"));

    String reset = text(initrd, UNITS + "emt-reset.service");
    assertThat(reset).doesNotContain("mkfs").contains("\nConditionPathExists=|/run/emt/reset\n");
    String state = "/run/emt/state";
    StringBuilder spared = new StringBuilder();
    for (String place :
        List.of("/etc/upper/machine-id", "/folders/opt-app", "/var/roothome/identity")) {
      spared.append(" ! -path " + state + place + " ! -path " + state + place + "/*");
    }
    assertThat(reset)
        .containsSubsequence(
            "\nExecStart=mkdir -p " + state + "/factory-reset\n",
            "ExecStart=sync --file-system " + state + "\n",
            "ExecStart=find "
                + state
                + " -mindepth 1 -depth ! -type d"
                + spared
                + " -delete\n"
                + "ExecStart=find "
                + state
                + " -mindepth 1 -depth -type d -empty ! -path /run/emt/state/factory-reset",
            "\nExecStart=sync --file-system " + state + "\n",
            "ExecStart=rm -f " + VARIABLE + "\nExecStart=rm -r " + state + "/factory-reset\n");
    assertThat(text(initrd, UNITS + "emt-reset-anew.service"))
        .contains("\nAfter=emt-reset.service\n", "\nExecStart=mkfs.ext4 ");
  }

  @Test
  void followsALayoutEnvInPlaceOfItsOwnWay() throws IOException {
    LayoutEnv layout = new LayoutEnv("25%", "/opt/tmp", List.of("/var"), "/opt/kept", List.of());
    Initrd initrd =
        compose(
            SPEC.withState(
                new StateStore.Partition(
                    "/dev/disk/by-partlabel/edge_persistent",
                    "edge_persistent",
                    Persistence.Damaged.RECREATE,
                    new StateStore.Contents.Emt(layout),
                    List.of(),
                    ByteSize.ofMebibytes(4096))));

    assertThat(text(initrd, UNITS + "emt-layout.service"))
        .contains("\nAfter=emt-state-memory.service\n")
        .contains(
            EmtLayoutUnit.commands(layout).stream().map(each -> "\nExecStart=" + each).toList());
    assertThat(text(initrd, UNITS + "emt-state-anew.service"))
        .contains("\nExecStart=mkfs.ext4 -q -F -m 0 -L edge_persistent /dev/disk/by-partlabel/");
    assertThat(initrd.tree().find(UNITS + "emt-var.service")).isEmpty();
    assertThat(initrd.tree().find(UNITS + "emt-etc.service")).isEmpty();
  }

  private static InitrdSpec withPartition(Persistence.Damaged policy, String... keptAtReset) {
    return SPEC.withState(
        new StateStore.Partition(
            DEVICE,
            "state",
            policy,
            new StateStore.Contents.Kept(List.of("/etc/machine-id")),
            List.of(keptAtReset),
            ByteSize.ofMebibytes(4096)));
  }

  @Test
  void takesCredentialsAwayBeforeAnythingReadsThem() throws IOException {
    Initrd initrd = compose(SPEC);

    for (String kind : List.of("system", "encrypted")) {
      String unit = "emt-refuse-" + kind + "-credentials.service";
      assertThat(text(initrd, UNITS + unit))
          .contains("\nConditionSecurity=|uefi-secureboot\n")
          .contains("\nExecStart=umount /run/credentials/@" + kind + "\n");
      for (String asker : List.of("initrd-root-fs.target", "initrd-switch-root.service")) {
        assertThat(initrd.tree().resolve(TreePath.of(UNITS + asker + ".requires/" + unit)))
            .isPresent();
      }
    }
    assertThat(text(initrd, UNITS + "emt-refuse-system-credentials.service"))
        .doesNotContain("tpm2");
    assertThat(initrd.tree().find("etc/systemd/system-generators/systemd-fstab-generator"))
        .hasValueSatisfying(
            inode -> assertThat(((Inode.Symlink) inode).target()).isEqualTo("/dev/null"));
    assertThat(text(initrd, UNITS + "sysroot.mount")).contains("\nOptions=ro\n");
  }

  @Test
  void packsTheSameBytesWithAnyNumberOfWorkers() throws IOException {
    Initrd initrd = compose(SPEC);
    byte[] packed = write(initrd, 1);

    assertThat(write(initrd, 3)).isEqualTo(packed);
    byte[] plain = new ZstdInputStream(new ByteArrayInputStream(packed)).readAllBytes();
    assertThat(CpioReader.read(ByteSource.of(plain)).tree()).isEqualTo(initrd.tree());
  }

  @Test
  void saysHowToFindAVerityRoot() {
    assertThat(RootCommandLine.verity(Digest.sha256(""), List.of("quiet")))
        .isEqualTo(
            "roothash=e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
                + " systemd.verity_root_options=restart-on-corruption root=/dev/mapper/root"
                + " rootfstype=erofs ro panic=10 systemd.crash_action=reboot gpt quiet");
  }

  @Test
  void joinsMicrocodeByVendor() throws IOException {
    assertThat(Microcode.archive(root.build(), ContentSource.of(contents))).isEmpty();
    put("usr/lib/firmware/intel-ucode/06-01-01", "one");
    put("usr/lib/firmware/intel-ucode/06-01-02", "two");

    ByteSource archive = Microcode.archive(root.build(), ContentSource.of(contents)).orElseThrow();
    assertThat(CpioReader.read(archive).tree().find("kernel/x86/microcode/GenuineIntel.bin"))
        .hasValueSatisfying(inode ->
            assertThat(((Inode.RegularFile) inode).content()).isEqualTo(Digest.sha256("onetwo")));
  }

  private Initrd compose(InitrdSpec spec) throws IOException {
    KernelModule erofs =
        new KernelModule("kernel/erofs.ko", List.of(), List.of(), List.of("shared"));
    KernelModule lib = new KernelModule("kernel/lib.ko", List.of(), List.of("shared"), List.of());
    KernelModule other = new KernelModule("kernel/other.ko", List.of(), List.of(), List.of());
    ModuleIndex index =
        ModuleIndex.of(
            Set.of(
                erofs, lib, other, alone("ext4"), alone("loop"), alone("dm_crypt"), alone("xts")),
            List.of(
                "kernel/erofs.ko",
                "kernel/lib.ko",
                "kernel/other.ko",
                "kernel/ext4.ko",
                "kernel/loop.ko",
                "kernel/dm_crypt.ko",
                "kernel/xts.ko"),
            List.of("kernel/virtio_pci.ko"),
            List.of());
    return InitrdComposer.compose(root.build(), ContentSource.of(contents), index, spec);
  }

  private static KernelModule alone(String name) {
    return new KernelModule("kernel/" + name + ".ko", List.of(), List.of(), List.of());
  }

  private static byte[] write(Initrd initrd, int workers) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    InitrdWriter.write(initrd.tree(), initrd.contents(), 3, workers, out);
    return out.toByteArray();
  }

  private static String text(Initrd initrd, String path) throws IOException {
    Inode.RegularFile file = (Inode.RegularFile) initrd.tree().find(path).orElseThrow();
    return new String(
        initrd.contents().open(file.content()).readAll(1 << 16), StandardCharsets.UTF_8);
  }

  private void put(String path, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    Digest digest = Digest.sha256(bytes);
    contents.put(digest, ByteSource.of(bytes));
    TreePath at = TreePath.of(path);
    root.mkdirs(at.parent()).put(at, new Inode.RegularFile(Meta.of(0755), digest, bytes.length));
  }

  private void link(String path, String target) {
    TreePath at = TreePath.of(path);
    root.mkdirs(at.parent()).put(at, new Inode.Symlink(Meta.of(0777), target));
  }
}
