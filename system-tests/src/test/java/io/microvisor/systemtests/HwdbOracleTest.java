package io.microvisor.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.bytes.ByteSource;
import io.microvisor.formats.hwdb.HardwareDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Our hardware database is the one that systemd-hwdb makes, byte for byte, of all that Debian knows of devices.
class HwdbOracleTest {
  private static final String FOLDER = "usr/lib/udev/hwdb.d";

  @TempDir Path folder;

  @Test
  void systemdMakesTheSame() throws IOException, InterruptedException {
    String version =
        Oracles.open()
            .succeed(
                folder,
                "cp -r /%s .\nsystemd-hwdb update\ncp /etc/udev/hwdb.bin .\n".formatted(FOLDER)
                    + "systemd-hwdb --version");
    List<HardwareDatabase.Source> files = new ArrayList<>();
    try (Stream<Path> found = Files.list(folder.resolve("hwdb.d"))) {
      for (Path each : found.sorted().toList()) {
        files.add(
            new HardwareDatabase.Source(
                "/" + FOLDER + "/" + each.getFileName(), ByteSource.of(each)));
      }
    }

    byte[] ours = HardwareDatabase.compile(files, Integer.parseInt(version.split("[ .]", 3)[1]));

    assertThat(files).hasSizeGreaterThan(20);
    assertThat(folder.resolve("hwdb.bin")).hasBinaryContent(ours);
  }
}
