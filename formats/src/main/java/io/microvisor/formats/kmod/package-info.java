/// The indexes of kernel modules that `depmod` of kmod 34 writes, byte for byte: which module needs which, and which
/// module answers to which alias or symbol.
///
/// Starting points: [ModuleIndex], which reads all modules of one kernel version from a
/// [io.microvisor.formats.tree.FileTree] and writes `modules.dep` and its companions; [KernelModule], one module;
/// [IndexTrie], the binary form that libkmod searches.
///
/// Non-goals: loading modules, checking symbol versions or signatures, `depmod.d` overrides other than the built-in order
/// (`updates` before all else).
@NullMarked
package io.microvisor.formats.kmod;

import org.jspecify.annotations.NullMarked;
