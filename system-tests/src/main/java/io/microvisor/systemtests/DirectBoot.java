package io.microvisor.systemtests;

import io.microvisor.bytes.ByteSource;
import io.microvisor.formats.uki.UkiReader;
import io.microvisor.formats.uki.UkiSection;
import io.microvisor.machine.Firmware;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;

/// A unified kernel image taken apart, for machines whose kernel QEMU loads itself.
public final class DirectBoot {
  private static final int LONGEST_SECTION = 256 << 20;

  private DirectBoot() {}

  /// Takes `uki` apart into files in `folder`.
  ///
  /// @param parameters added to its command line
  public static Firmware.None of(Path uki, Path folder, String... parameters) throws IOException {
    Map<String, ByteSource> sections = UkiReader.read(ByteSource.of(uki));
    String commandLine =
        new String(content(sections, UkiSection.Name.CMDLINE), StandardCharsets.UTF_8).strip();
    return new Firmware.None(
        Files.write(folder.resolve("kernel"), content(sections, UkiSection.Name.LINUX)),
        Files.write(folder.resolve("initrd"), content(sections, UkiSection.Name.INITRD)),
        parameters.length == 0 ? commandLine : commandLine + " " + String.join(" ", parameters));
  }

  private static byte[] content(Map<String, ByteSource> sections, UkiSection.Name name)
      throws IOException {
    return Objects.requireNonNull(sections.get(name.text())).readAll(LONGEST_SECTION);
  }
}
