/// From wishes to packages on this machine: archives are asked, the solver chooses, a lock pins, and what is pinned is
/// fetched and unpacked.
///
/// Starting points: [PackageSupply]; [SuiteProvider], which supplies tool roots.
///
/// Non-goals: deciding which archives to ask, and what to wish for.
@NullMarked
package io.microvisor.packages.supply;

import org.jspecify.annotations.NullMarked;
