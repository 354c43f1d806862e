/// The hardware database of udev that `systemd-hwdb update` of systemd 257 writes, byte for byte: what is known of devices
/// beyond what they say of themselves, by patterns of their modalias.
///
/// Starting point: [HardwareDatabase], which compiles files in the form of hwdb(7).
///
/// Non-goals: lookups, the form before systemd 235 (`--strict=no`, entries without file names).
@NullMarked
package io.microvisor.formats.hwdb;

import org.jspecify.annotations.NullMarked;
