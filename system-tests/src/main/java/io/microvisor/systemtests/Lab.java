package io.microvisor.systemtests;

import io.microvisor.machine.Credential;
import io.microvisor.machine.Firmware;
import io.microvisor.machine.MachineTools;
import io.microvisor.sandbox.SandboxSupport;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// Where machines are booted: QEMU and what it needs, for as long as this is open.
///
/// @param archive where they come from
/// @param tools QEMU and firmware
public record Lab(Archive archive, MachineTools tools) implements Closeable {
  /// The longest that a machine may take until it answers, on a busy host without KVM.
  public static final Duration LONGEST_BOOT = Duration.ofMinutes(12);

  /// Opens it; the test ends, see [Absent], if that cannot be.
  public static Lab open() throws IOException, InterruptedException {
    Archive archive = Archive.open();
    boolean opened = false;
    try {
      Path roots = TestCache.directory().resolve("toolroots");
      Lab lab =
          new Lab(archive, MachineTools.of(archive.provider(), roots, SandboxSupport.probe()));
      opened = true;
      return lab;
    } finally {
      if (!opened) {
        archive.close();
      }
    }
  }

  /// Boots an image, whose machine forgets what it writes, and waits until it answers.
  ///
  /// @param scratch an empty folder
  public Guest boot(Path image, Path scratch) throws IOException, InterruptedException {
    return answering(Guest.boot(tools, image, scratch));
  }

  /// The same, of a machine that is to reach nobody.
  public Guest bootRestricted(Path image, Path scratch) throws IOException, InterruptedException {
    return answering(Guest.bootRestricted(tools, image, scratch));
  }

  /// Boots a disk, and waits until the machine answers.
  ///
  /// @param scratch the same folder for each boot of a disk
  /// @param kernelParameters added to the kernel's command line
  public Guest boot(NodeImage disk, Path scratch, String... kernelParameters)
      throws IOException, InterruptedException {
    return answering(disk.boot(tools, scratch, kernelParameters));
  }

  /// The same with credentials.
  public Guest boot(NodeImage disk, Path scratch, List<Credential> credentials)
      throws IOException, InterruptedException {
    return answering(disk.boot(tools, scratch, credentials));
  }

  /// The same without firmware, or with another.
  public Guest boot(NodeImage disk, Path scratch, Firmware firmware)
      throws IOException, InterruptedException {
    return answering(disk.boot(tools, scratch, firmware));
  }

  private static Guest answering(Guest guest) throws IOException, InterruptedException {
    boolean answers = false;
    try {
      guest.awaitSsh(LONGEST_BOOT);
      answers = true;
      return guest;
    } finally {
      if (!answers) {
        guest.close();
      }
    }
  }

  @Override
  public void close() throws IOException {
    archive.close();
  }
}
