/// The lock: exactly which packages an image is made of, so that the same template gives the same bits tomorrow.
///
/// Starting points: [Lock], [LockFile] (its text), [LockDiff] (what an update changed).
///
/// Non-goals: choosing packages (package `solver`), finding them again on a mirror (package `repository`).
@NullMarked
package io.microvisor.packages.lock;

import org.jspecify.annotations.NullMarked;
