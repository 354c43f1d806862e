/// The commands that run the steps of a build: `build`, `debug`.
///
/// Starting points: [BuildCommand], [DebugCommand].
///
/// Non-goals: what a step does.
@NullMarked
package io.microvisor.cli.compose;

import org.jspecify.annotations.NullMarked;
