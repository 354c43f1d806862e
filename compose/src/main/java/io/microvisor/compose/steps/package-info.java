/// The steps of a build: each declares what it takes, and calls the package that makes it.
///
/// Starting points: [ConfigureStep] is the first, [RootStep] and [InitrdStep] make what boots, [UkiStep] joins them.
///
/// Non-goals: how a thing is made (`rootfs`, `initrd`, `kernel`, `formats`), and which steps a template needs
/// (`pipeline`).
@NullMarked
package io.microvisor.compose.steps;

import org.jspecify.annotations.NullMarked;
