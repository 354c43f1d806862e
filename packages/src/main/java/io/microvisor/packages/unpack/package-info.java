/// From the bytes of a binary package to its file tree and control files, without touching a file system.
///
/// Starting point: [Unpacker], which keeps what it unpacked in the store; [DebFile] is the format (deb(5)).
///
/// Non-goals: what installation makes of several packages, running maintainer scripts, reading control stanzas.
@NullMarked
package io.microvisor.packages.unpack;

import org.jspecify.annotations.NullMarked;
