package io.microvisor.bytes.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.microvisor.bytes.ByteSize;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FullDiskExceptionTest {
  @TempDir private Path folder = Path.of("");

  @Test
  void namesTheFolderOfAWriteThatTheKernelRefuses() throws IOException {
    try (FileChannel full = FileChannel.open(Path.of("/dev/full"), StandardOpenOption.WRITE)) {
      full.write(ByteBuffer.allocate(1));
    } catch (IOException e) {
      assertThat(FullDiskException.named(folder, e))
          .isInstanceOf(FullDiskException.class)
          .hasMessageStartingWith(folder + ": its disk is full, ")
          .hasMessageEndingWith(" free now (expected: room for what is written there)")
          .hasCause(e);
      return;
    }
    throw new AssertionError("/dev/full took a byte");
  }

  @Test
  void tellsAQuotaFromADisk() {
    assertThat(
            FullDiskException.named(
                folder, new FileSystemException("file", null, "Disk quota exceeded")))
        .hasMessage(folder + ": the quota of its disk is used up (expected: room in the quota)");
  }

  @Test
  void knowsTheFolderFromTheFileThatTheJdkNames() {
    IOException failure =
        new IOException(
            "copying",
            new FileSystemException(
                folder.resolve("a").toString(), null, "No space left on device"));

    assertThat(FullDiskException.behind(new UncheckedIOException(failure)))
        .map(FullDiskException::folder)
        .contains(folder.toAbsolutePath());
  }

  @Test
  void keepsTheFolderThatWasNamedFirst() {
    IOException inner = FullDiskException.named(folder, new IOException("No space left on device"));
    IOException outer = new IOException("libc6: " + inner.getMessage(), inner);

    assertThat(FullDiskException.named(Path.of("elsewhere"), outer)).isSameAs(outer);
    assertThat(FullDiskException.behind(outer)).containsSame((FullDiskException) inner);
  }

  @Test
  void leavesOtherFailuresAlone() {
    for (IOException other :
        List.of(
            new IOException("postinst: cp: No space left on device"),
            new IOException("sandbox: cannot unpack the tree: No space left on device"),
            new FileSystemException("No space left on device"),
            new FileSystemException("file", null, "Input/output error"))) {
      assertThat(FullDiskException.named(folder, other)).isSameAs(other);
      assertThat(FullDiskException.behind(other)).isEmpty();
    }
  }

  @Test
  void refusesWhatNeedsMoreThanIsFreeAndOnlyThat() {
    ByteSize free = new ByteSize(100 << 20);
    ByteSize more = new ByteSize((100 << 20) + 1);
    FreeSpace space = new FreeSpace(folder, Optional.of(free));

    assertThatThrownBy(() -> FullDiskException.check(folder, more, space, "downloads"))
        .hasMessage(
            folder + ": 100 MiB free on its disk (expected: at least 100.0 MiB, for downloads)");
    assertThatNoException()
        .isThrownBy(() -> FullDiskException.check(folder, free, space, "downloads"));
    assertThatNoException()
        .isThrownBy(() ->
            FullDiskException.check(
                folder, more, new FreeSpace(folder, Optional.empty()), "downloads"));
  }
}
