/// ELF (System V gABI, 64-bit little-endian): what a program or library needs to start.
///
/// Starting point: [ElfFile], which reads the dynamic section, the interpreter and systemd's notes about libraries that
/// are loaded on demand (<https://systemd.io/ELF_DLOPEN_METADATA>).
///
/// Non-goals: 32-bit and big-endian files, sections, symbols, relocation, core files. Kernel modules, which have no
/// program headers, are read by package `kmod`.
@NullMarked
package io.microvisor.formats.elf;

import org.jspecify.annotations.NullMarked;
