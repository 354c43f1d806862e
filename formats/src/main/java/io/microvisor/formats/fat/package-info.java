/// FAT32 volumes with long names (Microsoft's FAT specification of August 2005; UEFI 2.10 §13.3 prescribes them for the
/// EFI system partition), written from a `FileTree` in one deterministic pass and read back as one.
///
/// Starting points: [FatSpec] says what is wanted, [FatLayout] decides where everything goes, [FatWriter] writes it,
/// [FatReader] reads any FAT32 volume.
///
/// A FAT knows neither owners nor modes, links nor devices: the writer drops modes and owners, gives each hard link its
/// own copy, and refuses symbolic links, devices, pipes and sockets. Times are UTC with a step of two seconds.
///
/// Non-goals: FAT12, FAT16 and exFAT, changing a volume in place, repairing one, fragmented writing.
@NullMarked
package io.microvisor.formats.fat;

import org.jspecify.annotations.NullMarked;
