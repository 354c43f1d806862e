/// Files of the machine we run on: locks between processes ([InterProcessLock]), folders whose files can be believed
/// ([OwnFolder]), files that nobody else may read ([OwnerOnly]),
/// changes that a power cut does not undo ([Durable]).
///
/// Non-goals: what is in the files, other operating systems.
@NullMarked
package io.microvisor.bytes.files;

import org.jspecify.annotations.NullMarked;
