/// Chooses packages: given what an archive offers and what is wished for, a set that holds together, or why there is
/// none.
///
/// The engine knows no package format: a [Universe] says who satisfies and who excludes whom. It is a search that
/// learns from its conflicts, as SAT solvers do, guided as apt is: what is forced comes first, then the first
/// alternative and the newest version; what is not needed is not taken. It is pure: same question, same answer, on any
/// machine.
///
/// Starting points: [Solver], [Universe], [Resolution]; for Debian, `solver.deb`'s `DebUniverse`.
///
/// Non-goals: upgrading or removing what is installed (images are composed from nothing), finding an optimum by some
/// weight (an answer is minimal, in that no part of it could be left out, and follows the preferences greedily).
@NullMarked
package io.microvisor.packages.solver;

import org.jspecify.annotations.NullMarked;
