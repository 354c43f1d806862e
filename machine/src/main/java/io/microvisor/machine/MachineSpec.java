package io.microvisor.machine;

import io.microvisor.bytes.ByteSize;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;

/// What a machine has.
///
/// @param firmware what starts it
/// @param disk what it boots from
/// @param memory its memory, at least 256 MiB
/// @param processors 1 to 64
/// @param acceleration how instructions run
/// @param sshPort the port on the host's loopback that leads to the guest's port 22; empty: none
/// @param network what the guest reaches
/// @param credentials handed in for this boot
/// @param reset what a reset of the guest does
/// @param console where the serial console goes
/// @param clock how the guest's time passes
/// @param report whether there is a second serial port, whose output is kept apart
/// @param kernelParameters added to the guest's command line, which its stub obeys without Secure Boot
public record MachineSpec(
    Firmware firmware,
    Disk disk,
    ByteSize memory,
    int processors,
    Acceleration acceleration,
    OptionalInt sshPort,
    Network network,
    List<Credential> credentials,
    Reset reset,
    Console console,
    Clock clock,
    Report report,
    List<String> kernelParameters) {
  /// The least memory that firmware and a kernel start in.
  public static final ByteSize LEAST_MEMORY = ByteSize.ofMebibytes(256);

  /// The most processors of a machine.
  public static final int MOST_PROCESSORS = 64;

  /// How the guest's time passes.
  public enum Clock {
    /// As the host's.
    HOST,
    /// By the number of instructions the guest's one processor has run, so that neither the host's speed nor its load matters
    /// (QEMU's `icount`): 8 ns each. The processor is translated, whatever the host offers.
    INSTRUCTIONS
  }

  /// Whether there is a second serial port, `ttyS1`.
  public enum Report {
    NONE,
    /// What is written to it is in [Machine#report].
    SERIAL
  }

  /// A machine's disk.
  ///
  /// @param image a raw image, a multiple of a sector
  /// @param disposition whether the guest's writes reach the image
  /// @param bus how it is attached
  /// @param sectorBytes its logical sectors: 512 or 4096 bytes
  public record Disk(Path image, Disposition disposition, Bus bus, int sectorBytes) {
    public Disk {
      if (sectorBytes != 512 && sectorBytes != 4096) {
        throw new IllegalArgumentException(
            "disk: sectors of " + sectorBytes + " bytes (expected: 512 or 4096)");
      }
      if ((bus == Bus.USB || bus == Bus.NVDIMM) && sectorBytes != 512) {
        throw new IllegalArgumentException(
            "disk: sectors of " + sectorBytes + " bytes on " + bus + " (expected: 512)");
      }
      if (bus == Bus.NVDIMM && disposition != Disposition.SNAPSHOT) {
        throw new IllegalArgumentException(
            "disk: " + disposition + " on NVDIMM (expected: " + Disposition.SNAPSHOT + ")");
      }
    }

    /// A virtio disk with sectors of 512 bytes.
    public static Disk virtio(Path image, Disposition disposition) {
      return new Disk(image, disposition, Bus.VIRTIO, 512);
    }
  }

  /// What happens to the guest's writes.
  public enum Disposition {
    /// They are forgotten when the machine stops.
    SNAPSHOT,
    /// They change the image.
    PERSISTENT,
    /// They fail: the disk is write-protected.
    REFUSED
  }

  /// What the guest reaches.
  public enum Network {
    /// What the host reaches, through QEMU's user-mode network: also services that listen on the host's loopback only, at
    /// 10.0.2.2.
    USER,
    /// Nobody: it gets an address, and can only be called, at [#sshPort].
    RESTRICTED,
    /// There is no network card.
    NONE
  }

  /// What a reset of the guest does.
  public enum Reset {
    REBOOTS,
    STOPS
  }

  /// Where the serial console goes.
  public enum Console {
    /// To the terminal; Ctrl-A X quits.
    TERMINAL,
    /// To standard output, with nothing to type.
    OUTPUT
  }

  /// Begins a machine of two processors and 2 GiB of memory, translated, without network, that stops when it is reset.
  public static Builder of(Firmware firmware, Disk disk) {
    return new Builder(firmware, disk);
  }

  public MachineSpec {
    credentials = List.copyOf(credentials);
    kernelParameters = List.copyOf(kernelParameters);
    for (String each : kernelParameters) {
      if (!each.matches("[!-+\\--~]+")) {
        throw new IllegalArgumentException(
            "kernel parameter: \""
                + each
                + "\" (expected: printable ASCII without blanks and commas)");
      }
    }
    if (memory.compareTo(LEAST_MEMORY) < 0) {
      throw new IllegalArgumentException(
          "memory: " + memory + " (expected: at least " + LEAST_MEMORY + ")");
    }
    if (processors < 1 || processors > MOST_PROCESSORS) {
      throw new IllegalArgumentException(
          "processors: " + processors + " (expected: 1 to " + MOST_PROCESSORS + ")");
    }
    if (clock == Clock.INSTRUCTIONS && (processors != 1 || acceleration != Acceleration.TCG)) {
      throw new IllegalArgumentException(
          "clock by instructions: "
              + processors
              + " processors by "
              + acceleration
              + " (expected: 1 by TCG)");
    }
  }

  /// Says how a machine differs from the plain one.
  public static final class Builder {
    private final Firmware firmware;
    private final Disk disk;
    private ByteSize memory = ByteSize.ofMebibytes(2048);
    private int processors = 2;
    private Acceleration acceleration = Acceleration.TCG;
    private OptionalInt sshPort = OptionalInt.empty();
    private Network network = Network.NONE;
    private List<Credential> credentials = List.of();
    private Reset reset = Reset.STOPS;
    private Console console = Console.OUTPUT;
    private Clock clock = Clock.HOST;
    private Report report = Report.NONE;
    private List<String> kernelParameters = List.of();

    private Builder(Firmware firmware, Disk disk) {
      this.firmware = firmware;
      this.disk = disk;
    }

    /// At least 256 MiB.
    public Builder memory(ByteSize size) {
      memory = size;
      return this;
    }

    /// 1 to 64.
    public Builder processors(int count) {
      processors = count;
      return this;
    }

    /// How instructions run.
    public Builder acceleration(Acceleration other) {
      acceleration = other;
      return this;
    }

    /// Says what it reaches.
    public Builder network(Network other) {
      network = other;
      return this;
    }

    /// Leads `port` of the host's loopback to the guest's port 22, on a network card that it gets if it has none.
    public Builder sshPort(int port) {
      sshPort = OptionalInt.of(port);
      network = network == Network.NONE ? Network.USER : network;
      return this;
    }

    /// Hands in credentials for this boot.
    public Builder credentials(List<Credential> handedIn) {
      credentials = handedIn;
      return this;
    }

    /// Has it start again when it is reset.
    public Builder rebooting() {
      reset = Reset.REBOOTS;
      return this;
    }

    /// Its console is the terminal.
    public Builder onTerminal() {
      console = Console.TERMINAL;
      return this;
    }

    /// Gives it a port for a report; a clock that counts instructions takes one processor, which is translated.
    public Builder reporting(Clock by) {
      report = Report.SERIAL;
      clock = by;
      if (by == Clock.INSTRUCTIONS) {
        processors = 1;
        acceleration = Acceleration.TCG;
      }
      return this;
    }

    /// Adds words to the guest's command line, which its stub obeys without Secure Boot: printable ASCII without blanks and
    /// commas.
    public Builder kernelParameters(List<String> words) {
      kernelParameters = words;
      return this;
    }

    /// The machine.
    ///
    /// @throws IllegalArgumentException if a number or word is outside its range
    public MachineSpec build() {
      return new MachineSpec(
          firmware,
          disk,
          memory,
          processors,
          acceleration,
          sshPort,
          network,
          credentials,
          reset,
          console,
          clock,
          report,
          kernelParameters);
    }
  }
}
