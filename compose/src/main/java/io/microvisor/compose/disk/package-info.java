/// The disk of an image: where its partitions lie, what is in them, and writing it.
///
/// Starting points: [DiskSpec], [DiskWriter].
///
/// Non-goals: making what the partitions hold; compressing or converting the disk.
@NullMarked
package io.microvisor.compose.disk;

import org.jspecify.annotations.NullMarked;
