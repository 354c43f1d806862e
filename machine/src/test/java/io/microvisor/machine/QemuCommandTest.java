package io.microvisor.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.microvisor.bytes.ByteSize;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class QemuCommandTest {
  @Test
  void forgetsTheGuestsWritesUnlessToldOtherwise() {
    assertThat(drive(MachineSpec.Disposition.SNAPSHOT)).endsWith(",snapshot=on");
    assertThat(drive(MachineSpec.Disposition.PERSISTENT)).doesNotContain("snapshot", "readonly");
    assertThat(drive(MachineSpec.Disposition.REFUSED)).endsWith(",readonly=on");
  }

  @Test
  void handsCredentialsInEncoded() {
    assertThat(command(spec(MachineSpec.Disposition.SNAPSHOT)))
        .containsSubsequence(
            "-smbios", "type=11,value=io.systemd.credential.binary:login.noauth=eWVzLCBpbmRlZWQ=");
  }

  @Test
  void addsToTheGuestsCommandLineInOneString() {
    MachineSpec.Builder machine = machine(MachineSpec.Disposition.SNAPSHOT);

    assertThat(
            command(
                machine.kernelParameters(List.of("systemd.factory_reset=yes", "debug")).build()))
        .containsOnlyOnce(
            "type=11,value=io.systemd.stub.kernel-cmdline-extra="
                + "systemd.default_device_timeout_sec=600 systemd.factory_reset=yes debug");
    assertThatThrownBy(() -> machine.kernelParameters(List.of("a,b")).build())
        .hasMessage(
            "kernel parameter: \"a,b\" (expected: printable ASCII without blanks and commas)");
  }

  @Test
  void guardsTheVariablesOfSecureBoot() {
    assertThat(
            command(
                machine(
                        new Firmware.SecureBoot(Path.of("/keys/variables.fd")),
                        MachineSpec.Disposition.SNAPSHOT)
                    .build()))
        .containsSubsequence(
            "q35,smm=on",
            "driver=cfi.pflash01,property=secure,value=on",
            "if=pflash,unit=0,format=raw,readonly=on,file=/usr/share/OVMF/OVMF_CODE_4M.secboot.fd")
        .doesNotContain("/keys/variables.fd");
  }

  @Test
  void attachesDisksOfEveryKind() {
    assertThat(Bus.VIRTIO.options(512))
        .containsExactly("-device", "virtio-blk-pci,drive=disk,bootindex=1");
    assertThat(Bus.NVME.options(4096))
        .containsExactly(
            "-device",
            "nvme,serial=disk,drive=disk,bootindex=1,logical_block_size=4096,physical_block_size=4096");
    assertThat(Bus.USB.options(512))
        .containsExactly("-device", "qemu-xhci", "-device", "usb-storage,drive=disk,bootindex=1");
    assertThatThrownBy(() ->
            new MachineSpec.Disk(
                Path.of("disk.raw"), MachineSpec.Disposition.SNAPSHOT, Bus.VIRTIO, 520))
        .hasMessage("disk: sectors of 520 bytes (expected: 512 or 4096)");
  }

  @Test
  void forwardsSshFromLoopbackOnly() {
    assertThat(command(spec(MachineSpec.Disposition.SNAPSHOT)))
        .contains("user,id=net,hostfwd=tcp:127.0.0.1:2222-:22");
  }

  @Test
  void keepsARestrictedGuestFromCallingAnybody() {
    MachineSpec restricted =
        machine(MachineSpec.Disposition.SNAPSHOT)
            .network(MachineSpec.Network.RESTRICTED)
            .sshPort(2222)
            .build();

    assertThat(command(restricted))
        .contains("user,id=net,restrict=on,hostfwd=tcp:127.0.0.1:2222-:22");
  }

  @Test
  void countsInstructionsInsteadOfSeconds() {
    MachineSpec spec =
        machine(MachineSpec.Disposition.SNAPSHOT).reporting(MachineSpec.Clock.INSTRUCTIONS).build();

    assertThat(command(spec))
        .containsSubsequence("tcg,thread=single", "-icount", "shift=3,sleep=off")
        .containsSubsequence("-cpu", "Nehalem,+rdrand", "-smp", "1")
        .contains("file:/run/machine/report");
    assertThat(command(spec(MachineSpec.Disposition.SNAPSHOT)))
        .doesNotContain("-icount")
        .doesNotContain("file:/run/machine/report");
  }

  @Test
  void loadsTheKernelItselfAndMakesTheDiskMemory() {
    MachineSpec spec =
        MachineSpec.of(
                new Firmware.None(Path.of("/k"), Path.of("/i"), "ro root=x"),
                new MachineSpec.Disk(
                    Path.of("/disk"), MachineSpec.Disposition.SNAPSHOT, Bus.NVDIMM, 512))
            .memory(ByteSize.ofMebibytes(1024))
            .reporting(MachineSpec.Clock.INSTRUCTIONS)
            .build();

    assertThat(command(spec))
        .containsSubsequence("q35,smm=off,nvdimm=on", "-append", "ro root=x")
        .contains("1024M,slots=1,maxmem=1424M", "nvdimm,memdev=disk")
        .noneMatch(word ->
            word.contains("pflash") || word.contains("virtio") || word.startsWith("if=none"));
  }

  @Test
  void refusesTooLittleMemory() {
    MachineSpec.Builder machine =
        machine(MachineSpec.Disposition.SNAPSHOT).memory(ByteSize.ofMebibytes(128));

    assertThatThrownBy(machine::build).hasMessage("memory: 128 MiB (expected: at least 256 MiB)");
  }

  private static List<String> command(MachineSpec spec) {
    return QemuCommand.of(spec, ByteSize.ofMebibytes(100));
  }

  private static String drive(MachineSpec.Disposition disposition) {
    return command(spec(disposition)).stream()
        .filter(word -> word.startsWith("if=none"))
        .findFirst()
        .orElseThrow();
  }

  private static MachineSpec spec(MachineSpec.Disposition disposition) {
    return machine(disposition).build();
  }

  private static MachineSpec.Builder machine(MachineSpec.Disposition disposition) {
    return machine(new Firmware.Plain(), disposition);
  }

  private static MachineSpec.Builder machine(
      Firmware firmware, MachineSpec.Disposition disposition) {
    return MachineSpec.of(
            firmware, MachineSpec.Disk.virtio(Path.of("/images/disk.raw"), disposition))
        .sshPort(2222)
        .credentials(List.of(new Credential("login.noauth", "yes, indeed")))
        .rebooting()
        .onTerminal();
  }
}
