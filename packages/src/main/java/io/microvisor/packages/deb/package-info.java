/// What Debian says about its packages: versions, relationships, control stanzas.
///
/// Starting points: [ControlReader] (a `Packages` index or any other deb822 file, stanza by stanza), [DebPackage] (one
/// binary package of an index), [Relations] (`Depends` and its sisters), [DebVersion] (dpkg's order of versions).
///
/// Non-goals: fetching and trusting an index (package `repository`), choosing packages (package `solver`), the `.deb`
/// file itself (package `unpack`), source packages.
@NullMarked
package io.microvisor.packages.deb;

import org.jspecify.annotations.NullMarked;
