/// Debian packages as a universe to choose from.
///
/// Starting points: [DebUniverse] (with a [DebPolicy]), to be asked by `Solver`.
///
/// Non-goals: several architectures in one system; upgrades and removals.
@NullMarked
package io.microvisor.packages.solver.deb;

import org.jspecify.annotations.NullMarked;
