package io.microvisor.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.bytes.ByteSize;
import io.microvisor.machine.BootTimes;
import io.microvisor.machine.Bus;
import io.microvisor.machine.Firmware;
import io.microvisor.machine.MachineSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/// The time that images take to boot, counted in instructions: a figure that neither the host's speed nor its load changes, so
/// that two per cent more of it is news. It is taken without state, when the state is made, and when it is there.
///
/// What it was is in `boot-time.txt`; `-Demt.regenerate=true` writes that anew.
@Tag("system")
class BootTimeTest {
  private static final Path RECORD =
      Path.of("src/test/resources/io/microvisor/systemtests/boot-time.txt");
  private static final double TOLERANCE = 1.02;
  private static final long GIBIBYTE = 1L << 30;

  private static final String TOGETHER = "together";

  @RegisterExtension private static final LabOfClass LAB = new LabOfClass();

  @TempDir Path folder;

  @Test
  void takesNoLongerThanItDid() throws IOException, InterruptedException {
    Image plain = build("plain", "");
    BootTimes once = boot(plain, plain.raw(), "once");
    BootTimes again = boot(plain, plain.raw(), "again");
    assertThat(again.phases()).as("the same boot twice").isEqualTo(once.phases());

    Image stateful =
        build(
            "stateful",
            """
              persistence: {state: ext4}
            """);
    NodeImage disk =
        NodeImage.of(stateful.raw(), folder.resolve("disk.raw"), 2 * GIBIBYTE, Bus.VIRTIO, 512);
    BootTimes first = boot(stateful, disk.file(), "first");
    try (Guest guest = LAB.get().boot(disk, Files.createDirectory(folder.resolve("making")))) {
      guest.powerOff();
    }
    BootTimes later = boot(stateful, disk.file(), "later");

    Map<String, BootTimes> measured = new LinkedHashMap<>();
    measured.put("stateless", once);
    measured.put("first", first);
    measured.put("later", later);
    assertThat(measured.values()).extracting(BootTimes::state).containsOnly("running");
    String is = text(measured);
    if (Boolean.getBoolean("emt.regenerate")) {
      Files.writeString(RECORD, is);
    }
    String was = Files.readString(RECORD);
    for (String kind : measured.keySet()) {
      assertThat(total(is, kind))
          .as(
              "%s: run with -Demt.regenerate=true if that is meant; was\n%sand is\n%s",
              kind, was, is)
          .isLessThanOrEqualTo(total(was, kind) * TOLERANCE);
    }
  }

  /// What was built.
  ///
  /// @param raw its disk
  /// @param direct its kernel and initrd, for QEMU to load
  private record Image(Path raw, Firmware.None direct) {}

  /// @param more lines of `systemConfig`
  private Image build(String name, String more) throws IOException, InterruptedException {
    Path own = Files.createDirectory(folder.resolve(name));
    Map.Entry<String, String> report = BootTimes.unit();
    Files.writeString(own.resolve("report.service"), report.getValue());
    Files.writeString(
        own.resolve("node.yaml"),
        """
        extends: minimal
        image: {name: lab, version: "1"}
        disk:
          layout: immutable
          slots: {esp: 96MiB, root: 256MiB, rootVerity: 4MiB, state: 512MiB}
          artifacts: [{type: raw}, {type: split}]
        systemConfig:
          kernel:
            enableExtraModules: nfit nd_pmem
            parameters: [nokaslr]
          additionalFiles:
            - {local: report.service, final: /etc/systemd/system/%1$s}
          services:
            enable: [%1$s]
        """
                .formatted(report.getKey())
            + more);
    Emt.Ending built = Emt.in(own).run("build", "node.yaml");
    assertThat(built.exit()).as(built.said()).isZero();
    Path artifacts = own.resolve("build/lab");
    return new Image(
        artifacts.resolve("lab-1.raw"), DirectBoot.of(artifacts.resolve("lab-1.efi"), own));
  }

  private BootTimes boot(Image image, Path disk, String name)
      throws IOException, InterruptedException {
    MachineSpec spec =
        MachineSpec.of(
                image.direct(),
                new MachineSpec.Disk(disk, MachineSpec.Disposition.SNAPSHOT, Bus.NVDIMM, 512))
            .memory(ByteSize.ofMebibytes(1024))
            .reporting(MachineSpec.Clock.INSTRUCTIONS)
            .build();
    try (Guest guest =
        Guest.watched(LAB.get().tools(), spec, Files.createDirectory(folder.resolve(name)))) {
      return guest.awaitReport(Lab.LONGEST_BOOT);
    }
  }

  private static String text(Map<String, BootTimes> measured) {
    return measured.entrySet().stream()
        .map(each -> lines(each.getKey(), each.getValue()))
        .collect(Collectors.joining());
  }

  private static String lines(String kind, BootTimes times) {
    StringBuilder text = new StringBuilder();
    times
        .phases()
        .forEach(
            (phase, took) -> text.append(line(kind, phase.name().toLowerCase(Locale.ROOT), took)));
    return text.append(line(kind, TOGETHER, times.total())).toString();
  }

  private static String line(String kind, String name, Duration took) {
    return String.format(Locale.ROOT, "%s %s %d us\n", kind, name, took.toNanos() / 1000);
  }

  private static double total(String text, String kind) {
    return text.lines()
        .map(line -> line.split(" "))
        .filter(words -> words[0].equals(kind) && words[1].equals(TOGETHER))
        .mapToDouble(words -> Double.parseDouble(words[2]))
        .findFirst()
        .orElseThrow();
  }
}
