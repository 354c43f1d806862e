/// Unified kernel images (UAPI.5): a boot stub with kernel, initrd and command line as PE sections.
///
/// Starting points: [UkiSpec] (the stub and what to put in), [UkiWriter]; [UkiReader] lists the sections of an image.
///
/// Non-goals: signing, PCR policies (`.pcrsig`), profiles, device trees, add-ons.
@NullMarked
package io.microvisor.formats.uki;

import org.jspecify.annotations.NullMarked;
