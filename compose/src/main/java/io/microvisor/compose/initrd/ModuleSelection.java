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
public record ModuleSelection(SortedSet<String> required, SortedSet<String> wanted) {
  /// What is needed to find and mount a read-only EROFS root through dm-verity or dm-crypt on virtual machines and on the usual
  /// storage of real ones, with watchdogs so that a hang on the way is noticed.
  public static final ModuleSelection STORAGE =
      of(
          BootNeeds.modules(),
          List.of(
              // For state, and to be encrypted.
              "dm_crypt",
              "ext4",
              "loop",
              "vfat",
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
              // File systems' character sets and firmware variables.
              "nls_ascii",
              "nls_cp437",
              "nls_iso8859_1",
              "nls_utf8",
              "efivarfs",
              "autofs4",
              // Ciphers and digests, the fast ones and the portable ones.
              "aesni_intel",
              "aes_generic",
              "xts",
              "cbc",
              "essiv",
              "sha256_ssse3",
              "sha256",
              "sha256_generic",
              "sha512_ssse3",
              "cryptd",
              "algif_skcipher",
              "algif_hash",
              "crc32c_intel",
              "crc32c_generic",
              "crct10dif_pclmul",
              "crc32_pclmul",
              // Watchdogs, and what announces them.
              "i6300esb",
              "iTCO_wdt",
              "lpc_ich",
              "i2c_i801",
              "wdat_wdt",
              "sp5100_tco"));

  public ModuleSelection {
    required = sorted(required);
    wanted = sorted(wanted);
  }

  /// A selection from names in any order.
  public static ModuleSelection of(Collection<String> required, Collection<String> wanted) {
    return new ModuleSelection(new TreeSet<>(required), new TreeSet<>(wanted));
  }

  /// This selection and further modules that must be there.
  public ModuleSelection plus(Collection<String> names) {
    SortedSet<String> more = new TreeSet<>(required);
    more.addAll(names);
    return new ModuleSelection(more, wanted);
  }

  private static SortedSet<String> sorted(Collection<String> names) {
    SortedSet<String> sorted = new TreeSet<>();
    names.forEach(name -> sorted.add(name.replace('-', '_')));
    return Collections.unmodifiableSortedSet(sorted);
  }
}
