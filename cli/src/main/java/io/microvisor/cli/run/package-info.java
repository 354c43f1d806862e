/// `emt run`: an image in a virtual machine.
///
/// Starting points: [RunCommand]; [BootTiming] measures a boot.
///
/// Non-goals: the virtual machine itself (`machine`).
@NullMarked
package io.microvisor.cli.run;

import org.jspecify.annotations.NullMarked;
