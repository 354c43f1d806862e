package io.microvisor.machine;

import java.util.List;

/// How a machine's disk is attached.
public enum Bus {
  VIRTIO("virtio-blk-pci"),
  NVME("nvme,serial=disk"),
  SATA("ide-hd"),
  USB("usb-storage"),
  /// As a part of the machine's memory, `/dev/pmem0`: nothing waits for the host, so that with
  /// [MachineSpec.Clock#INSTRUCTIONS] and no firmware each boot is the same to the nanosecond. The initrd needs the modules
  /// `nfit` and `nd_pmem`. The guest's writes are forgotten.
  NVDIMM("nvdimm,memdev=disk");

  private final String device;

  Bus(String device) {
    this.device = device;
  }

  /// QEMU's options for a disk whose drive or memory is called `disk`.
  ///
  /// @param sectorBytes the size of a logical sector
  List<String> options(int sectorBytes) {
    // 0 is a kernel that QEMU loads itself.
    String disk = device + ",drive=disk,bootindex=1";
    return switch (this) {
      case VIRTIO, NVME, SATA ->
          List.of(
              "-device",
              sectorBytes == 512
                  ? disk
                  : disk
                      + ",logical_block_size="
                      + sectorBytes
                      + ",physical_block_size="
                      + sectorBytes);
      case USB -> List.of("-device", "qemu-xhci", "-device", disk);
      case NVDIMM -> List.of("-device", device);
    };
  }
}
