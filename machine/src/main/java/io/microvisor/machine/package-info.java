/// Virtual machines: QEMU with UEFI firmware from a tool root, so that nothing has to be installed on the host.
///
/// Starting points: [MachineSpec] (what the machine has), [QemuCommand] (the command line it becomes, a pure function),
/// [Machine] (a running one).
///
/// Non-goals: managing machines beyond the life of this process, other emulators, other architectures.
@NullMarked
package io.microvisor.machine;

import org.jspecify.annotations.NullMarked;
