package io.microvisor.machine;

/// How QEMU runs the guest's instructions.
public enum Acceleration {
  /// By the host's processor, through `/dev/kvm`.
  KVM,
  /// By translating them: slow, but everywhere.
  TCG
}
