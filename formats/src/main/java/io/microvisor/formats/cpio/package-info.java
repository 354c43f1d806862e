/// cpio archives in the "newc" form (SVR4 without checksums), which the kernel unpacks as initramfs
/// (Documentation/driver-api/early-userspace/buffer-format.rst).
///
/// Starting points: [CpioWriter], from a [io.microvisor.formats.tree.FileTree]; [CpioReader], back to one; [CpioListing], what
/// lies where.
///
/// Non-goals: other cpio forms, checksums, extended attributes (the form has none), compression.
@NullMarked
package io.microvisor.formats.cpio;

import org.jspecify.annotations.NullMarked;
