/// The initial RAM file system, composed in-process from the configured root file system's own files: systemd as
/// `/init`, udev, the kernel modules that lead to the root device, and every library they need.
///
/// Starting points: [InitrdSpec] (what is wanted), [InitrdSources] (the part of a root it is made from),
/// [InitrdComposer] (from tree to tree), [InitrdWriter] (the tree as one compressed archive), [RootCommandLine] (the
/// kernel command line this initrd expects), [Microcode] (the archive that goes before it).
///
/// How the root comes to be, in order:
/// 1. `systemd-veritysetup-generator` reads `roothash=` and opens the partitions whose UUIDs are its two halves as
///    `/dev/mapper/root`; a mount unit of the initrd's own puts that on `/sysroot`.
/// 2. With a state partition ([StateStore.Partition]), `systemd-repart` makes it where it is missing, and it is checked and mounted on
///    `/run/emt/state`; without, or if that cannot be, memory is mounted there.
/// 3. The state's `var`, filled from the image, is mounted on `/sysroot/var`, and an overlay whose upper layer is the state's
///    `etc/upper` on `/sysroot/etc`, before anything reads it: the real systemd finds both writable from its first instruction.
///    `/var` is no overlay, so container runtimes may put overlays on it.
/// 4. `/sysroot` becomes the root. The mounts, and `/run`, move with it.
///
/// Before all that, where Secure Boot is on, credentials from outside are taken away (`emt-refuse-*-credentials.service`): a
/// machine that runs only what is signed is not opened by whoever writes its SMBIOS strings.
///
/// If any of this fails there is no shell and no question: after ten seconds the machine restarts, so that boot counting can
/// fall back to another slot.
///
/// Non-goals: mounting roots over the network, LVM, RAID, hibernation, interactive rescue.
@NullMarked
package io.microvisor.compose.initrd;

import io.microvisor.compose.state.StateStore;
import org.jspecify.annotations.NullMarked;
