/// Portable Executable images (Microsoft PE/COFF specification, PE32+): reading headers and sections, and adding sections
/// to an image that is already linked.
///
/// Starting points: [PeFile], [PeExtension] (what to add and where it goes) and [PeWriter].
///
/// Non-goals: 32-bit images, relocation, imports, resources, signatures, the optional header's checksum (0, which
/// firmware accepts; signing tools compute it).
@NullMarked
package io.microvisor.formats.pe;

import org.jspecify.annotations.NullMarked;
