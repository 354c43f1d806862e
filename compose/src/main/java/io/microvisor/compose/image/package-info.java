/// From a root file system to what is started and booted: the steps that make the root image, its hash tree, the unified
/// kernel image and the disk, and the view of a finished image that `emt inspect` and `emt ls` have.
///
/// Starting points: the steps, [DiskSpec] and [DiskWriter], [DiskImage].
///
/// Non-goals: choosing packages, configuring them, deciding what a template means.
@NullMarked
package io.microvisor.compose.image;

import org.jspecify.annotations.NullMarked;
