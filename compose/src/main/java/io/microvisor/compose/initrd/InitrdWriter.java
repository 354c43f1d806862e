package io.microvisor.compose.initrd;

import com.github.luben.zstd.ZstdOutputStream;
import io.microvisor.bytes.ByteSink;
import io.microvisor.bytes.ContentSource;
import io.microvisor.bytes.Versions;
import io.microvisor.formats.compression.Zstd;
import io.microvisor.formats.cpio.CpioWriter;
import io.microvisor.formats.tree.FileTree;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/// Writes an initrd as the kernel reads it: a newc archive in one zstd frame (RFC 8878).
public final class InitrdWriter {
  /// Raised when the same files give other bytes.
  public static final Versions VERSIONS =
      Versions.of("initrd", 3, CpioWriter.VERSIONS, Zstd.VERSIONS);

  /// A level at which archives are small: higher ones save another 1 % for several times the work.
  public static final int USUAL_LEVEL = 9;

  private static final int BUFFER = 1 << 18;

  private InitrdWriter() {}

  /// Writes the archive. The same files and level give the same bytes, whatever the number of processors: the work is cut
  /// into pieces by size alone.
  ///
  /// @param level 1 (fast) to 19 (small); above, the kernel's decoder would need too much memory
  /// @param workers threads besides this one, at least 1
  /// @param out stays open
  /// @throws IllegalArgumentException if level or workers are out of range
  public static void write(
      FileTree files, ContentSource contents, int level, int workers, OutputStream out)
      throws IOException {
    if (level < 1 || level > 19 || workers < 1) {
      throw new IllegalArgumentException(
          "initrd: level " + level + ", " + workers + " workers (expected: 1 to 19, at least 1)");
    }
    ZstdOutputStream zstd =
        new ZstdOutputStream(ByteSink.of(out).stream(), level)
            .setWorkers(workers)
            .setChecksum(true);
    try (OutputStream packed = new BufferedOutputStream(zstd, BUFFER)) {
      CpioWriter.write(files, contents, packed);
    }
  }
}
