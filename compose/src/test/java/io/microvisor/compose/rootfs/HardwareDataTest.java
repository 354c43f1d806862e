package io.microvisor.compose.rootfs;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.bytes.ByteSource;
import io.microvisor.bytes.ContentSource;
import io.microvisor.bytes.Digest;
import io.microvisor.formats.hwdb.HardwareDatabase;
import io.microvisor.formats.tree.FileTree;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HardwareDataTest {
  private static final String PACKAGED = "usr/lib/udev/hwdb.d/";
  private static final String OWN = "etc/udev/hwdb.d/";

  private final RootEditor root =
      new RootEditor(FileTree.builder().build(), ContentSource.of(Map.of()), 0);

  @Test
  void isWantedWhereUdevIsAndSomethingForIt() {
    assertThat(HardwareData.isWanted(root.tree())).isFalse();
    root.write("usr/lib/systemd/systemd-udevd", 0755, "");
    assertThat(HardwareData.isWanted(root.tree())).isFalse();
    root.write(PACKAGED + "20-a.hwdb", 0644, "a\n K=v\n");
    assertThat(HardwareData.isWanted(root.tree())).isTrue();
  }

  @Test
  void takesFilesByNameAndThoseOfEtcInPlaceOfThePackages() throws IOException {
    root.write("usr/lib/x86_64-linux-gnu/systemd/libsystemd-shared-257.so", 0644, "");
    root.write(PACKAGED + "20-a.hwdb", 0644, "a\n K=packaged\n");
    root.write(PACKAGED + "30-b.hwdb", 0644, "b\n K=v\n");
    root.write(PACKAGED + "40-hidden.hwdb", 0644, "c\n K=v\n");
    root.write(PACKAGED + "README", 0644, "no such file");
    root.write(OWN + "20-a.hwdb", 0644, "a\n K=own\n");
    root.symlink(OWN + "40-hidden.hwdb", "/dev/null");
    root.write(OWN + "50-empty.hwdb", 0644, "");

    assertThat(HardwareData.compile(root.tree(), root.contents()))
        .isEqualTo(
            HardwareDatabase.compile(
                List.of(
                    source("/" + OWN + "20-a.hwdb", "a\n K=own\n"),
                    source("/" + PACKAGED + "30-b.hwdb", "b\n K=v\n")),
                257));
  }

  @Test
  void isKnownByItsFilesAlone() {
    root.write(PACKAGED + "20-a.hwdb", 0644, "a\n K=v\n");
    Digest key = HardwareData.key(root.tree());

    root.write("etc/other", 0644, "x");
    assertThat(HardwareData.key(root.tree())).isEqualTo(key);
    root.write(OWN + "20-a.hwdb", 0644, "a\n K=v\n");
    assertThat(HardwareData.key(root.tree())).as("it names its files").isNotEqualTo(key);
  }

  private static HardwareDatabase.Source source(String path, String text) {
    return new HardwareDatabase.Source(
        path, ByteSource.of(text.getBytes(StandardCharsets.US_ASCII)));
  }
}
