/// The command line: the only place that prints, reads the environment and knows the clock.
///
/// Starting points: [Main]; one class per command; [Progress] shows a build while it runs.
///
/// Non-goals: doing the work. A command translates words into a call and the answer into words.
@NullMarked
package io.microvisor.cli;

import org.jspecify.annotations.NullMarked;
