/// What all commands share: the world they see, what they print through, progress, exit codes.
///
/// Starting points: [Terminal], [TerminalWriter], [Progress], [FailureException].
///
/// Non-goals: anything that only one command needs.
@NullMarked
package io.microvisor.cli.terminal;

import org.jspecify.annotations.NullMarked;
