package io.microvisor.formats.kmod;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.testkit.Malformed;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class ModuleIndexCodecTest {
  private static byte[] written() throws IOException {
    ModuleIndex index =
        ModuleIndex.of(
            List.of(
                new KernelModule(
                    "kernel/a.ko.xz",
                    List.of(
                        new KernelModule.Tag("alias", "pci:*"),
                        new KernelModule.Tag("softdep", "pre: b")),
                    List.of("a_do"),
                    List.of("b_do")),
                new KernelModule("kernel/b.ko", List.of(), List.of("b_do"), List.of())),
            List.of("kernel/b.ko", "kernel/a.ko"),
            List.of("kernel/built.ko"),
            List.of("built.description=Grüße"));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ModuleIndexCodec.write(index, out);
    return out.toByteArray();
  }

  private static ModuleIndex read(byte[] bytes) throws IOException {
    return ModuleIndexCodec.read(new ByteArrayInputStream(bytes));
  }

  @Test
  void readsBackWhatSaysTheSame() throws IOException {
    ByteArrayOutputStream again = new ByteArrayOutputStream();
    ModuleIndexCodec.write(read(written()), again);
    assertThat(again.toByteArray()).isEqualTo(written());
    assertThat(new String(read(written()).files().get("modules.dep"), StandardCharsets.UTF_8))
        .isEqualTo("kernel/b.ko:\nkernel/a.ko.xz: kernel/b.ko\n");
  }

  @Test
  void refusesEveryTruncation() throws IOException {
    Malformed.refusesEveryTruncation(written(), 1000, bytes -> read(bytes));
  }

  @Test
  void survivesFlippedBits() throws IOException {
    Malformed.survivesBitFlips(written(), 2000, 7, bytes -> read(bytes));
  }
}
