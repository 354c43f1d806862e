/// The commands about packages and locks: `lock`, `diff`, `why`, `search`; and the options by which any command gets packages.
///
/// Starting points: one class per command; [LockFiles], [SupplyOptions].
///
/// Non-goals: making images.
@NullMarked
package io.microvisor.cli.lock;

import org.jspecify.annotations.NullMarked;
