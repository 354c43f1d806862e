package io.microvisor.machine;

import java.util.List;

/// How a machine's disk is attached.
public enum Bus {
  VIRTIO("virtio-blk-pci"),
  NVME("nvme,serial=disk"),
  SATA("ide-hd"),
  USB("usb-storage");

  private final String device;

  Bus(String device) {
    this.device = device;
  }

  /// QEMU's options for a disk whose drive is called `disk`.
  ///
  /// @param sectorBytes the size of a logical sector
  List<String> options(int sectorBytes) {
    String disk = device + ",drive=disk,bootindex=0";
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
    };
  }
}
