/// The disk of an image: what goes into the partitions of its layout, and writing it.
///
/// Starting points: [DiskSpec] (the parts, and whether they fit), [EspTree] (the files of the EFI system partition), [DiskWriter].
///
/// Non-goals: which partitions there are (`compose.layout`); making what the partitions hold; compressing or converting the disk.
@NullMarked
package io.microvisor.compose.disk;

import org.jspecify.annotations.NullMarked;
