/// The command line: the only place that prints, reads the environment and knows the clock.
///
/// Starting points: [Main]; [EmtCommand] has the list of commands. Each group of commands has a package of its own.
///
/// Non-goals: doing the work. A command translates words into a call and the answer into words.
@NullMarked
package io.microvisor.cli;

import org.jspecify.annotations.NullMarked;
