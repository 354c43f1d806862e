package io.microvisor.compose.state;

import java.util.List;

/// How a machine is asked to forget its state: by systemd's EFI variable `FactoryReset`, which stays until it is done, or
/// by the kernel command line, for as long as it says so.
///
/// The file that asks is the variable as efivarfs shows it, little-endian:
///
/// | offset | bytes | what |
/// |---|---|---|
/// | 0 | 4 | attributes: non-volatile (1), for boot services (2), at run time (4) |
/// | 4 | 8 | `yes` and NUL in UTF-16 |
public final class FactoryReset {
  /// The variable, as efivarfs names it.
  public static final String VARIABLE =
      "/sys/firmware/efi/efivars/FactoryReset-8cf2644b-4b0b-428f-9387-6d876050dc67";

  /// The file that asks, in the initrd and in the image.
  public static final String REQUEST = "usr/lib/emt/factory-reset.efivar";

  /// What is in it.
  public static final String REQUEST_TEXT = "\7\0\0\0y\0e\0s\0\0\0";

  /// How many of its bytes are attributes.
  public static final int ATTRIBUTES = 4;

  /// How many bytes after them say yes.
  public static final int YES = 6;

  /// What asks on the kernel command line, each alone.
  public static final List<String> KERNEL_PARAMETERS =
      List.of(
          "systemd.factory_reset=yes",
          "systemd.factory_reset=1",
          "systemd.factory_reset=true",
          "systemd.factory_reset=on");

  private FactoryReset() {}
}
