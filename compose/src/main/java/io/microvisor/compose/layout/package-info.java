/// The partitions of a disk, as one value: [DiskLayout]. What is said of a partition anywhere (the table of an image, the disk
/// of a machine, systemd-repart's definitions, the manifest, `emt validate`) is read off it.
///
/// Starting points: [DiskLayout], [Partition].
///
/// It knows no template, so that templates can be checked against it; `Template.diskLayout()` makes one.
///
/// Non-goals: what partitions hold, and writing it (`compose.disk`); reading the partitions of a disk that is there
/// (`formats.gpt`).
@NullMarked
package io.microvisor.compose.layout;

import org.jspecify.annotations.NullMarked;
