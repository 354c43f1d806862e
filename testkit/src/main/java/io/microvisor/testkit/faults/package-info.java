/// A layer over a real folder that fails as disks do: at the n-th change with an error, a torn write, no room, or a power
/// cut that takes away what was not synced.
///
/// Starting point: [FaultyFiles]. What is tested gets [FaultyFiles#root] as its folder and does not know the difference.
///
/// Non-goals: being a complete file system provider; faults when reading.
@NullMarked
package io.microvisor.testkit.faults;

import org.jspecify.annotations.NullMarked;
