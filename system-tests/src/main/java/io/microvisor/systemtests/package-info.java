/// What the tests of the whole share: foreign tools from a tool root of our own making, trees to try them on, and
/// listings to compare.
///
/// Starting points: [Oracles], [SampleTree], [TreeListing].
///
/// Non-goals: unit tests (each module has its own) and anything the product needs.
@NullMarked
package io.microvisor.systemtests;

import org.jspecify.annotations.NullMarked;
