/// Readers of bytes from outside, fed with what no writer would write.
///
/// Starting points: [FuzzTarget], one constant a reader; `CorpusTest` replays what was found before (`mvn verify`),
/// `FuzzingTest` looks for more (`mvn verify -Pnightly`).
///
/// Non-goals: whether a reader's answer is right; the oracle tests ask that.
@NullMarked
package io.microvisor.systemtests.fuzz;

import org.jspecify.annotations.NullMarked;
