package io.microvisor.machine;

import io.microvisor.bytes.ByteSize;
import java.util.ArrayList;
import java.util.List;

/// The command line that a [MachineSpec] becomes, for the QEMU 10 of Debian 13.
public final class QemuCommand {
  private static final String FIRMWARE_CODE = "/usr/share/OVMF/OVMF_CODE_4M.fd";
  private static final String SECURE_FIRMWARE_CODE = "/usr/share/OVMF/OVMF_CODE_4M.secboot.fd";

  /// The firmware's empty variable store, where Debian's package `ovmf` puts it.
  static final String FIRMWARE_VARIABLES = "/usr/share/OVMF/OVMF_VARS_4M.fd";

  /// Where QEMU sees the disk.
  static final String DISK = "/run/machine/disk.raw";

  /// Where QEMU sees the machine's own copy of the variable store.
  static final String VARIABLES = "/run/machine/variables.fd";

  /// Where QEMU sees the kernel and the initrd that it loads itself.
  static final String KERNEL = "/run/machine/kernel";

  static final String INITRD = "/run/machine/initrd";

  /// Where QEMU sees the file that takes the report.
  static final String REPORT = "/run/machine/report";

  /// What is added to the guest's command line (systemd-stub(7)) when it is slow: devices that take longer than the usual 90
  /// seconds to show up are late, not missing.
  private static final String PATIENCE = "systemd.default_device_timeout_sec=600";

  /// A processor that costs less to translate than `max`, and has all that x86-64 Debian asks for.
  private static final String TRANSLATED = "Nehalem";

  /// Has QEMU, started by root, become a user of its own when its files are open, who has no capabilities. The number is one that
  /// nobody has: behind those of systemd's containers (systemd.io/UIDS-GIDS) and of our sandboxes.
  static final List<String> AS_NOBODY = List.of("-run-with", "user=1879113728:1879113728");

  private QemuCommand() {}

  /// Program and arguments; what the machine is made of is at [#DISK], [#VARIABLES], [#KERNEL] and [#INITRD].
  ///
  /// @param size that of the disk, whole MiB where it is memory
  public static List<String> of(MachineSpec spec, ByteSize size) {
    List<String> command = new ArrayList<>();
    add(command, "/usr/bin/qemu-system-x86_64", "-nodefaults", "-no-user-config");
    String nvdimm = spec.disk().bus() == Bus.NVDIMM ? ",nvdimm=on" : "";
    switch (spec.firmware()) {
      case Firmware.Plain _, Firmware.Remembering _ -> {
        add(command, "-machine", "q35,smm=off" + nvdimm);
        firmware(command, FIRMWARE_CODE);
      }
      case Firmware.SecureBoot _ -> {
        add(command, "-machine", "q35,smm=on" + nvdimm);
        add(command, "-global", "driver=cfi.pflash01,property=secure,value=on");
        firmware(command, SECURE_FIRMWARE_CODE);
      }
      case Firmware.None none -> {
        add(command, "-machine", "q35,smm=off" + nvdimm);
        add(command, "-kernel", KERNEL, "-initrd", INITRD, "-append", none.commandLine());
      }
    }
    switch (spec.acceleration()) {
      case KVM -> add(command, "-accel", "kvm", "-cpu", "host");
      case TCG -> {
        switch (spec.clock()) {
          case HOST -> add(command, "-accel", "tcg,thread=multi", "-cpu", TRANSLATED);
          case INSTRUCTIONS -> {
            add(command, "-accel", "tcg,thread=single", "-icount", "shift=3,sleep=off");
            // What the guest reads of time and chance is the same at each boot. Chance comes from
            // the processor, as on today's machines: the kernel gathers some for a second without.
            add(command, "-rtc", "base=2026-01-01,clock=vm", "-seed", "1");
            add(command, "-cpu", TRANSLATED + ",+rdrand");
          }
        }
      }
    }
    kernelParameters(spec, command);
    add(command, "-smp", Integer.toString(spec.processors()));
    switch (spec.disk().bus()) {
      case VIRTIO, NVME, SATA, USB -> {
        add(command, "-m", mebibytes(spec.memory()));
        drive(spec.disk(), command);
      }
      case NVDIMM -> {
        String most = mebibytes(new ByteSize(spec.memory().bytes() + 4 * size.bytes()));
        add(command, "-m", mebibytes(spec.memory()) + ",slots=1,maxmem=" + most);
        add(
            command,
            "-object",
            "memory-backend-file,id=disk,share=off,readonly=on,rom=off,mem-path="
                + DISK
                + ",size="
                + mebibytes(size));
      }
    }
    command.addAll(spec.disk().bus().options(spec.disk().sectorBytes()));
    switch (spec.clock()) {
      case HOST -> add(command, "-device", "virtio-rng-pci");
      // Chance from the host would make each boot another one.
      case INSTRUCTIONS -> {}
    }
    network(spec, command);
    for (Credential credential : spec.credentials()) {
      add(command, "-smbios", "type=11,value=" + credential.smbiosValue());
    }
    switch (spec.reset()) {
      case REBOOTS -> {}
      case STOPS -> add(command, "-no-reboot");
    }
    add(command, "-display", "none");
    switch (spec.console()) {
      case TERMINAL ->
          add(
              command,
              "-chardev",
              "stdio,id=console,mux=on,signal=off",
              "-serial",
              "chardev:console",
              "-mon",
              "chardev=console");
      case OUTPUT -> add(command, "-serial", "stdio", "-monitor", "none");
    }
    switch (spec.report()) {
      case NONE -> {}
      case SERIAL -> add(command, "-serial", "file:" + REPORT);
    }
    return List.copyOf(command);
  }

  /// Program and arguments of a machine that has nothing but KVM and the firmware, which greets on standard output.
  static List<String> ofTrial() {
    List<String> command = new ArrayList<>();
    add(command, "/usr/bin/qemu-system-x86_64", "-nodefaults", "-no-user-config");
    add(command, "-machine", "q35,smm=off", "-accel", "kvm", "-cpu", "host", "-display", "none");
    add(command, "-drive", "if=pflash,format=raw,unit=0,readonly=on,file=" + FIRMWARE_CODE);
    add(command, "-serial", "stdio", "-monitor", "none");
    return List.copyOf(command);
  }

  private static String mebibytes(ByteSize size) {
    return (size.bytes() >> 20) + "M";
  }

  private static void firmware(List<String> command, String code) {
    add(command, "-drive", "if=pflash,unit=0,format=raw,readonly=on,file=" + code);
    add(command, "-drive", "if=pflash,unit=1,format=raw,file=" + VARIABLES);
  }

  private static void drive(MachineSpec.Disk disk, List<String> command) {
    String snapshot =
        switch (disk.disposition()) {
          case SNAPSHOT -> ",snapshot=on";
          case REFUSED -> ",readonly=on";
          case PERSISTENT -> "";
        };
    add(
        command,
        "-drive",
        "if=none,id=disk,format=raw,cache=unsafe,discard=unmap,file=" + DISK + snapshot);
  }

  /// All in one string: the stub reads the first.
  private static void kernelParameters(MachineSpec spec, List<String> command) {
    List<String> words = new ArrayList<>(spec.kernelParameters());
    switch (spec.acceleration()) {
      case KVM -> {}
      case TCG -> words.addFirst(PATIENCE);
    }
    if (!words.isEmpty()) {
      add(
          command,
          "-smbios",
          "type=11,value=io.systemd.stub.kernel-cmdline-extra=" + String.join(" ", words));
    }
  }

  private static void network(MachineSpec spec, List<String> command) {
    switch (spec.network()) {
      case NONE -> add(command, "-nic", "none");
      case USER, RESTRICTED -> {
        String restrict = spec.network() == MachineSpec.Network.RESTRICTED ? ",restrict=on" : "";
        String forward =
            spec.sshPort().isPresent()
                ? ",hostfwd=tcp:127.0.0.1:" + spec.sshPort().getAsInt() + "-:22"
                : "";
        add(
            command,
            "-netdev",
            "user,id=net" + restrict + forward,
            "-device",
            "virtio-net-pci,netdev=net,romfile=");
      }
    }
  }

  private static void add(List<String> command, String... words) {
    command.addAll(List.of(words));
  }
}
