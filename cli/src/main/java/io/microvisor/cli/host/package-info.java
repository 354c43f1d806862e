/// What this machine can do for a build: `emt doctor`.
///
/// Starting points: [DoctorCommand], [HostCheck].
///
/// Non-goals: changing the machine.
@NullMarked
package io.microvisor.cli.host;

import org.jspecify.annotations.NullMarked;
