/// From the wishes of a template to a lock, and whether a lock is still that of a template.
///
/// Starting points: [PackageChoice] chooses, [LockUpdate] brings a lock in line, [LockFit] compares.
///
/// Non-goals: solving (`packages.solver`), finding archives (`packages.repository`), fetching packages.
@NullMarked
package io.microvisor.compose.locking;

import org.jspecify.annotations.NullMarked;
