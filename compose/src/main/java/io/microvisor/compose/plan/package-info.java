/// The build as data: an immutable, printable DAG of steps, and the runner that asks the cache before it runs one.
///
/// Starting points: [Step] (declares everything it depends on), [Plan] (checked when constructed), [PlanRunner].
/// A step's cache key is its [Fingerprint] and the digests of its inputs, never a path, a time or the jar's digest.
///
/// Non-goals: knowing what the steps do; distributed execution.
@NullMarked
package io.microvisor.compose.plan;

import org.jspecify.annotations.NullMarked;
