package io.microvisor.formats.kmod;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.ContentSource;
import io.microvisor.bytes.Digest;
import io.microvisor.bytes.FormatException;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import io.microvisor.formats.tree.Meta;
import io.microvisor.formats.tree.TreePath;
import io.microvisor.testkit.Malformed;
import io.microvisor.testkit.samples.SampleModule;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

/// Byte equality with depmod on real kernels needs a tool root and lives in `system-tests`.
class ModuleIndexTest {
  private static final KernelModule BASE =
      module("kernel/a/base.ko.xz", List.of(), List.of("base_add"), List.of("printk"));
  private static final KernelModule MIDDLE =
      module(
          "kernel/a/mid-dle.ko.xz",
          List.of("alias=pci:v0-[0-9]*", "softdep=pre: extra post: late"),
          List.of("mid"),
          List.of("base_add"));
  private static final KernelModule TOP =
      module(
          "kernel/b/top.ko.xz",
          List.of("alias=devname:top0", "alias=char-major-10-200"),
          List.of(),
          List.of("mid"));
  private static final KernelModule EXTRA =
      module("kernel/b/extra.ko.xz", List.of(), List.of(), List.of());

  private final FileTree.Builder tree = FileTree.builder();
  private final Map<Digest, ByteSource> contents = new HashMap<>();

  @Test
  void writesDependenciesUsersFirst() throws IOException {
    SortedMap<String, byte[]> files = index().files();

    assertThat(text(files, "modules.dep"))
        .isEqualTo(
            """
            kernel/a/base.ko.xz:
            kernel/a/mid-dle.ko.xz: kernel/a/base.ko.xz
            kernel/b/top.ko.xz: kernel/a/mid-dle.ko.xz kernel/a/base.ko.xz
            kernel/b/extra.ko.xz:
            """);
    assertThat(text(files, "modules.alias")).contains("alias pci:v0-[0-9]* mid_dle\n");
    assertThat(text(files, "modules.softdep")).contains("softdep mid_dle pre: extra post: late\n");
    assertThat(text(files, "modules.devname")).endsWith("\ntop top0 c10:200\n");
    assertThat(text(files, "modules.symbols")).contains("alias symbol:base_add base\n");
    assertThat(files).hasSize(11);
  }

  @Test
  void closesOverHardAndSoftDependencies() throws IOException {
    assertThat(index().closure(List.of("top"))).containsExactly("base", "extra", "mid_dle", "top");
    assertThat(index().closure(List.of("mid-dle"))).contains("extra").doesNotContain("late");
  }

  @Test
  void indexesSomeModulesInOtherFiles() throws IOException {
    ModuleIndex part = index().subset(Set.of("base", "mid_dle"), ModuleFile::uncompressed);

    assertThat(text(part.files(), "modules.dep"))
        .isEqualTo("kernel/a/base.ko:\nkernel/a/mid-dle.ko: kernel/a/base.ko\n");
    assertThat(part.builtin()).containsExactly("virtio_pci");
  }

  @Test
  void refusesModulesThatNeedEachOther() {
    KernelModule one = module("one.ko", List.of(), List.of("a"), List.of("b"));
    KernelModule two = module("two.ko", List.of(), List.of("b"), List.of("a"));
    assertThatThrownBy(() -> ModuleIndex.of(List.of(one, two), List.of(), List.of(), List.of()))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining("need each other in a circle");
  }

  @Test
  void readsPackedModulesFromTheTree() throws Exception {
    byte[] user = SampleModule.of(List.of("license=GPL"), List.of(), List.of("shared"));
    put("kernel/user.ko.gz", gzip(user));
    put("kernel/owner.ko", SampleModule.of(List.of(), List.of("shared"), List.of()));
    put("updates/owner.ko", SampleModule.of(List.of("alias=new"), List.of("shared"), List.of()));
    put("modules.order", "kernel/user.ko\n".getBytes(StandardCharsets.US_ASCII));

    ModuleIndex index = ModuleIndex.read(tree.build(), ContentSource.of(contents), "6.1");

    assertThat(text(index.files(), "modules.dep"))
        .isEqualTo("kernel/user.ko.gz: updates/owner.ko\nupdates/owner.ko:\n");
    assertThat(index.find("user").orElseThrow().values("license")).containsExactly("GPL");
  }

  @Test
  void namesTheModuleWhoseCompressedBytesAreDamaged() throws IOException {
    byte[] packed = gzip(SampleModule.of(List.of("license=GPL"), List.of(), List.of()));
    packed[packed.length - 1] ^= 1;
    put("kernel/user.ko.gz", packed);

    assertThatThrownBy(() -> ModuleIndex.read(tree.build(), ContentSource.of(contents), "6.1"))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining("kernel module kernel/user.ko.gz: ")
        .hasMessageContaining("gzip stream");
  }

  @Test
  void namesTheMissingFolder() {
    assertThatThrownBy(() -> ModuleIndex.read(FileTree.empty(), ContentSource.of(contents), "9"))
        .hasMessageContaining("/usr/lib/modules/9");
  }

  @Test
  void refusesDamagedModules() {
    byte[] good = SampleModule.of(List.of("a=b"), List.of("x"), List.of("y"));
    Malformed.refusesEveryTruncation(good, good.length, bytes -> KernelModule.parse("m.ko", bytes));
    Malformed.survivesBitFlips(good, 3000, 3, bytes -> KernelModule.parse("m.ko", bytes));
  }

  private static ModuleIndex index() throws IOException {
    return ModuleIndex.of(
        List.of(EXTRA, TOP, MIDDLE, BASE),
        List.of("kernel/a/base.ko", "kernel/a/mid-dle.ko", "kernel/b/top.ko", "kernel/c/gone.ko"),
        List.of("kernel/drivers/virtio/virtio_pci.ko"),
        List.of("virtio_pci.alias=pci:v00001AF4d*", "virtio_pci.license=GPL"));
  }

  private static KernelModule module(
      String path, List<String> info, List<String> exported, List<String> imported) {
    try {
      return KernelModule.parse(path, SampleModule.of(info, exported, imported));
    } catch (FormatException e) {
      throw new IllegalStateException(e);
    }
  }

  private void put(String path, byte[] bytes) {
    Digest digest = Digest.sha256(bytes);
    contents.put(digest, ByteSource.of(bytes));
    TreePath at = TreePath.of("usr/lib/modules/6.1").resolve(path);
    tree.mkdirs(at.parent()).put(at, new Inode.RegularFile(Meta.of(0644), digest, bytes.length));
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    }
    return out.toByteArray();
  }

  private static String text(SortedMap<String, byte[]> files, String name) {
    return new String(files.getOrDefault(name, new byte[0]), StandardCharsets.US_ASCII);
  }
}
