package io.microvisor.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.microvisor.bytes.ByteSize;
import io.microvisor.bytes.ByteSource;
import io.microvisor.formats.uki.UkiReader;
import io.microvisor.formats.uki.UkiSection;
import io.microvisor.machine.Acceleration;
import io.microvisor.machine.BootTimes;
import io.microvisor.machine.Bus;
import io.microvisor.machine.Firmware;
import io.microvisor.machine.MachineSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// The time that an image takes to boot, counted in instructions: a figure that neither the host's speed nor its load changes,
/// so that two per cent more of it is news.
///
/// What it was is in `boot-time.txt`; `-Demt.regenerate=true` writes that anew.
@Tag("system")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BootTimeTest {
  private static final Path RECORD =
      Path.of("src/test/resources/io/microvisor/systemtests/boot-time.txt");
  private static final double TOLERANCE = 1.02;
  private static final Duration LONGEST_BOOT = Duration.ofMinutes(10);

  private static final String TOGETHER = "together";

  private Path folder = Path.of("");
  private @Nullable Lab lab;

  @BeforeAll
  void build(@TempDir Path temporary) throws IOException, InterruptedException {
    folder = temporary;
    lab = Lab.open();
    Map.Entry<String, String> report = BootTimes.unit();
    Files.writeString(
        folder.resolve("lab.yaml"),
        """
        extends: minimal
        image: {name: lab, version: "1"}
        disk:
          layout: immutable
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
            .formatted(report.getKey()));
    Files.writeString(folder.resolve("report.service"), report.getValue());
    Emt.Ending built = Emt.in(folder).run("build", "lab.yaml");
    assertThat(built.exit()).as(built.said()).isZero();
    Map<String, ByteSource> uki = UkiReader.read(ByteSource.of(artifact("efi")));
    extract(uki, UkiSection.Name.LINUX, "kernel");
    extract(uki, UkiSection.Name.INITRD, "initrd");
    extract(uki, UkiSection.Name.CMDLINE, "cmdline");
  }

  @AfterAll
  void close() throws IOException {
    if (lab != null) {
      lab.close();
    }
  }

  private Path artifact(String kind) {
    return folder.resolve("build/lab/lab-1." + kind);
  }

  private void extract(Map<String, ByteSource> uki, UkiSection.Name section, String name)
      throws IOException {
    ByteSource content = Objects.requireNonNull(uki.get(section.text()));
    Files.write(folder.resolve(name), content.readAll(256 << 20));
  }

  @Test
  void takesNoLongerThanItDid() throws IOException, InterruptedException {
    BootTimes first = boot("first");
    BootTimes second = boot("second");
    assertThat(first.state()).isEqualTo("running");
    assertThat(second.phases()).as("the same boot twice").isEqualTo(first.phases());

    if (Boolean.getBoolean("emt.regenerate")) {
      Files.writeString(RECORD, text(first));
    }
    String recorded = Files.readString(RECORD);
    assertThat(total(text(first)))
        .as(
            "run with -Demt.regenerate=true if that is meant; was\n%sand is\n%s",
            recorded, text(first))
        .isLessThanOrEqualTo(total(recorded) * TOLERANCE);
  }

  private BootTimes boot(String name) throws IOException, InterruptedException {
    MachineSpec spec =
        new MachineSpec(
                new Firmware.None(
                    folder.resolve("kernel"),
                    folder.resolve("initrd"),
                    Files.readString(folder.resolve("cmdline")).strip()),
                new MachineSpec.Disk(
                    artifact("raw"), MachineSpec.Disposition.SNAPSHOT, Bus.NVDIMM, 512),
                ByteSize.ofMebibytes(1024),
                1,
                Acceleration.TCG,
                OptionalInt.empty(),
                MachineSpec.Network.NONE,
                List.of(),
                MachineSpec.Reset.STOPS,
                MachineSpec.Console.OUTPUT)
            .reporting(MachineSpec.Clock.INSTRUCTIONS);
    try (Guest guest =
        Guest.watched(
            Objects.requireNonNull(lab).tools(),
            spec,
            Files.createDirectory(folder.resolve(name)))) {
      return guest.awaitReport(LONGEST_BOOT);
    }
  }

  private static String text(BootTimes times) {
    StringBuilder text = new StringBuilder();
    times
        .phases()
        .forEach((phase, took) -> text.append(line(phase.name().toLowerCase(Locale.ROOT), took)));
    return text.append(line(TOGETHER, times.total())).toString();
  }

  private static String line(String name, Duration took) {
    return String.format(Locale.ROOT, "%s %d us\n", name, took.toNanos() / 1000);
  }

  private static double total(String text) {
    return text.lines()
        .map(line -> line.split(" "))
        .filter(words -> words[0].equals(TOGETHER))
        .mapToDouble(words -> Double.parseDouble(words[1]))
        .findFirst()
        .orElseThrow();
  }
}
