/// GPT partition tables (UEFI 2.10 chapter 5) with the types and flags of the Discoverable Partitions Specification
/// (UAPI.2).
///
/// Starting points: [GptSpec] says what is wanted, [GptLayout] decides where everything goes, [GptWriter] writes it, and
/// [GptReader] reads any disk's table back, from the backup where the primary is damaged.
///
/// Non-goals: the contents of partitions, hybrid MBRs, changing a table in place, repairing one.
@NullMarked
package io.microvisor.formats.gpt;

import org.jspecify.annotations.NullMarked;
