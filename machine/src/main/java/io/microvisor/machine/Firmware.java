package io.microvisor.machine;

import java.nio.file.Path;

/// What starts a machine: UEFI firmware from Debian's package `ovmf`, or none.
public sealed interface Firmware {
  /// Without Secure Boot, with an empty variable store.
  record Plain() implements Firmware {}

  /// Without Secure Boot, with a variable store that the machine keeps from one start to the next.
  ///
  /// @param variables where it is; made, empty, if it is not there
  record Remembering(Path variables) implements Firmware {}

  /// With Secure Boot. Its variables are behind system management mode, which costs time.
  ///
  /// @param variables a variable store with keys enrolled; the machine works on a copy
  record SecureBoot(Path variables) implements Firmware {}

  /// None: QEMU itself loads kernel and initrd.
  ///
  /// @param commandLine the kernel's
  record None(Path kernel, Path initrd, String commandLine) implements Firmware {}
}
