package io.microvisor.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.bytes.ByteSource;
import io.microvisor.formats.gpt.Gpt;
import io.microvisor.formats.gpt.GptReader;
import io.microvisor.formats.gpt.PartitionType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/// A root that is not what was built must not come up.
class CorruptionBootTest {
  @RegisterExtension private static final LabOfClass LAB = new LabOfClass();

  /// In the superblock of EROFS, which lies at byte 1024: its feature bits.
  private static final long IN_THE_SUPERBLOCK = 1024 + 8;

  @Test
  void restartsInsteadOfRunningADamagedRoot(@TempDir Path folder)
      throws IOException, InterruptedException {
    Emt.Ending built = Emt.in(folder).run("build", "minimal");
    assertThat(built.exit()).as(built.said()).isZero();
    Path image = folder.resolve("build/minimal/minimal-0.1.raw");
    flip(image);
    try (Guest damaged = Guest.boot(LAB.get().tools(), image, folder.resolve("damaged"))) {
      assertThat(damaged.awaitEnd(Lab.LONGEST_BOOT)).as(damaged.console()).isTrue();
      assertThat(damaged.console())
          .contains("data block 0 is corrupted")
          .contains("dm-verity device corrupted")
          .doesNotContain("login:");
    }
  }

  private static void flip(Path image) throws IOException {
    Gpt.Partition root =
        GptReader.read(ByteSource.of(image)).first(PartitionType.ROOT_X86_64).orElseThrow();
    long position = root.extent().startBytes() + IN_THE_SUPERBLOCK;
    try (FileChannel channel =
        FileChannel.open(image, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      ByteBuffer one = ByteBuffer.allocate(1);
      channel.read(one, position);
      one.put(0, (byte) (one.get(0) ^ 1)).rewind();
      channel.write(one, position);
    }
  }
}
