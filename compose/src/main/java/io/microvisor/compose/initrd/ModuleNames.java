package io.microvisor.compose.initrd;

import io.microvisor.compose.kernel.BootNeeds;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.List;
import java.util.Collection;
import java.util.Collections;

/// Which kernel modules to take along, by name; what they depend on comes with them.
///
/// @param required must be there, as a module or built into the kernel
/// @param wanted are taken if the kernel has them: not every kernel supports all hardware
public record ModuleNames(SortedSet<String> required, SortedSet<String> wanted) {
  /// What is needed to find and mount a read-only EROFS root through dm-verity on virtual machines and on the usual storage of
  /// real ones, with watchdogs so that a hang on the way is noticed. Nothing else: each module takes a check of its signature, and
  /// the kernel asks for ciphers, which nobody needs yet, if they are at hand.
  public static final ModuleNames STORAGE =
      of(
          BootNeeds.modules(),
          List.of(
              // Virtual machines.
              "virtio_blk",
              "virtio_scsi",
              "virtio_pci",
              "virtio_mmio",
              "hv_storvsc",
              "vmw_pvscsi",
              "xen_blkfront",
              "qemu_fw_cfg",
              "dmi_sysfs",
              // NVMe, SATA, SAS, eMMC, USB.
              "nvme",
              "vmd",
              "ahci",
              "ata_piix",
              "ata_generic",
              "sd_mod",
              "megaraid_sas",
              "mpt3sas",
              "mmc_block",
              "sdhci_pci",
              "sdhci_acpi",
              "usb_storage",
              "uas",
              "xhci_pci",
              "ehci_pci",
              // What systemd asks for.
              "efivarfs",
              "autofs4",
              // Digests and checksums, the fast ones and the portable ones.
              "sha256_ssse3",
              "sha256",
              "sha256_generic",
              "crc32c_intel",
              "crc32c_generic",
              // Watchdogs, and what announces them.
              "i6300esb",
              "iTCO_wdt",
              "lpc_ich",
              "i2c_i801",
              "wdat_wdt",
              "sp5100_tco"));

  /// What it takes besides to open LUKS devices.
  static final ModuleNames CIPHERS =
      of(
          List.of("dm_crypt"),
          List.of(
              "aesni_intel",
              "aes_generic",
              "xts",
              "cbc",
              "essiv",
              "sha512_ssse3",
              "sha512_generic",
              "cryptd",
              "algif_skcipher",
              "algif_hash"));

  public ModuleNames {
    required = sorted(required);
    wanted = sorted(wanted);
  }

  /// A selection from names in any order.
  public static ModuleNames of(Collection<String> required, Collection<String> wanted) {
    return new ModuleNames(new TreeSet<>(required), new TreeSet<>(wanted));
  }

  /// This selection and another one.
  ModuleNames plus(ModuleNames other) {
    SortedSet<String> more = new TreeSet<>(wanted);
    more.addAll(other.wanted);
    return new ModuleNames(plus(other.required).required, more);
  }

  /// This selection and further modules that must be there.
  public ModuleNames plus(Collection<String> names) {
    SortedSet<String> more = new TreeSet<>(required);
    more.addAll(names);
    return new ModuleNames(more, wanted);
  }

  private static SortedSet<String> sorted(Collection<String> names) {
    SortedSet<String> sorted = new TreeSet<>();
    names.forEach(name -> sorted.add(name.replace('-', '_')));
    return Collections.unmodifiableSortedSet(sorted);
  }
}
