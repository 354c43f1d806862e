package io.microvisor.compose.disk;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.bytes.ByteSource;
import io.microvisor.compose.disk.DiskSpec.Program;
import io.microvisor.compose.layout.SmallDisk;
import io.microvisor.formats.tree.FileTree;
import io.microvisor.formats.tree.Inode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class EspTreeTest {
  private static final long EPOCH = 1_700_000_000L;

  private final ByteSource loader = SmallDisk.bytes("boot loader", 5000);
  private final ByteSource uki = SmallDisk.bytes("uki", 30_000);

  @Test
  void hasEachProgramWhereItsReaderLooks() throws IOException {
    EspTree esp = EspTree.of(Program.of(loader), Program.of(uki), "edge_0.1", EPOCH);

    assertThat(esp.tree().entries().map(entry -> entry.path().toString()))
        .containsExactly(
            "",
            "EFI",
            "EFI/BOOT",
            "EFI/BOOT/BOOTX64.EFI",
            "EFI/Linux",
            "EFI/Linux/edge_0.1.efi",
            "EFI/systemd",
            "EFI/systemd/systemd-bootx64.efi",
            "loader",
            "loader/loader.conf");
    assertThat(read(esp, "EFI/BOOT/BOOTX64.EFI")).isEqualTo(all(loader));
    assertThat(read(esp, "EFI/systemd/systemd-bootx64.efi")).isEqualTo(all(loader));
    assertThat(read(esp, "EFI/Linux/edge_0.1.efi")).isEqualTo(all(uki));
    assertThat(new String(read(esp, "loader/loader.conf"), StandardCharsets.US_ASCII))
        .isEqualTo("timeout 0\neditor no\n");
  }

  @Test
  void isAsOldAsTheImage() throws IOException {
    EspTree esp = EspTree.of(Program.of(loader), Program.of(uki), "edge_0.1", EPOCH);

    assertThat(esp.tree().entries())
        .allSatisfy(entry -> assertThat(entry.inode().meta().mtime()).isEqualTo(EPOCH));
  }

  @Test
  void needsRoomForItsProgramsAndWhatIsPutBesideThem() throws IOException {
    EspTree esp = EspTree.of(Program.of(loader), Program.of(uki), "edge_0.1", EPOCH);

    assertThat(esp.leastSize()).isEqualTo(30_000 + 2 * 5000 + (8 << 20));
  }

  private static byte[] read(EspTree esp, String path) throws IOException {
    FileTree tree = esp.tree();
    if (tree.find(path).orElseThrow() instanceof Inode.RegularFile file) {
      return all(esp.contents().find(file.content()).orElseThrow());
    }
    throw new AssertionError(path + " is no file");
  }

  private static byte[] all(ByteSource source) throws IOException {
    return source.stream().readAllBytes();
  }
}
