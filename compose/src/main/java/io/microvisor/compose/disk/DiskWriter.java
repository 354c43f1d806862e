package io.microvisor.compose.disk;

import io.microvisor.bytes.ByteSize;
import io.microvisor.bytes.Digest;
import io.microvisor.bytes.RandomSink;
import io.microvisor.bytes.Versions;
import io.microvisor.compose.layout.ImageLayout;
import io.microvisor.compose.problem.Problem;
import io.microvisor.compose.problem.RejectedException;
import io.microvisor.formats.fat.FatSpec;
import io.microvisor.formats.fat.FatWriter;
import io.microvisor.formats.gpt.GptWriter;
import java.io.IOException;
import java.util.List;

/// Writes a [DiskSpec]: the table, and each partition of the image where the layout says.
public final class DiskWriter {
  /// Raised when the same parts give other bytes.
  public static final Versions VERSIONS =
      Versions.of("disk", 1, GptWriter.VERSIONS, FatWriter.VERSIONS);

  private DiskWriter() {}

  /// Writes the disk.
  ///
  /// @throws RejectedException if a slot is too small
  public static void write(DiskSpec spec, RandomSink disk) throws IOException {
    List<Problem> problems = spec.problems();
    if (!problems.isEmpty()) {
      throw new RejectedException(problems);
    }
    ImageLayout layout = spec.layout();
    GptWriter.write(layout.table(), disk);
    for (ImageLayout.Placed each : layout.partitions()) {
      RandomSink partition = disk.at(each.extent().startBytes());
      switch (each.content()) {
        case ESP_FILES -> writeEsp(spec, each, partition);
        case ROOT_IMAGE -> partition.write(0, spec.root());
        case HASH_TREE -> partition.write(0, spec.verity());
      }
    }
  }

  private static void writeEsp(DiskSpec spec, ImageLayout.Placed esp, RandomSink partition)
      throws IOException {
    EspTree files = spec.esp();
    FatSpec fat =
        new FatSpec(
            "ESP",
            volumeId(spec.rootHash()),
            new ByteSize(esp.extent().sizeBytes()),
            spec.disk().sectorSize().bytes(),
            files.tree());
    FatWriter.write(fat, files.contents(), partition);
  }

  private static long volumeId(Digest rootHash) {
    byte[] derived = Digest.sha256("emt FAT volume id of " + rootHash.hex()).bytes();
    return (derived[0] & 0xffL) << 24
        | (derived[1] & 0xff) << 16
        | (derived[2] & 0xff) << 8
        | derived[3] & 0xff;
  }
}
