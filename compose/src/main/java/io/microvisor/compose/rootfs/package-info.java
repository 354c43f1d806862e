/// From the configured packages to the image's root file system: what the template adds, what a pristine image must not
/// hold, and what a read-only root needs to boot. Every part is a function from tree to tree.
///
/// Starting points: [BaseFileSystem] (what stays of the packages) and [RootFileSystem] (what the template adds), which
/// apply all parts in order; [RootEditor], the pen they write with.
///
/// Non-goals: running anything, the kernel side, on-disk formats.
@NullMarked
package io.microvisor.compose.rootfs;

import org.jspecify.annotations.NullMarked;
