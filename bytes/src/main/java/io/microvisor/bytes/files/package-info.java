/// Files of the machine we run on: locks between processes ([InterProcessLock]), folders whose files can be believed
/// ([OwnFolder]), files that nobody else may read ([OwnerOnly]),
/// changes that a power cut does not undo ([Durable]), the room for them ([FreeSpace]) and its end ([FullDiskException]).
///
/// Non-goals: what is in the files, other operating systems.
@NullMarked
package io.microvisor.bytes.files;

import org.jspecify.annotations.NullMarked;
