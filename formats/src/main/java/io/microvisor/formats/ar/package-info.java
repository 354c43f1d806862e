/// The common ar archive, as Debian packages use it (deb(5)): a list of members, one after the other.
///
/// Starting point: [ArReader#read].
///
/// Non-goals: writing, symbol tables, the long names of GNU and BSD.
///
/// @see <a href="https://man7.org/linux/man-pages/man5/deb.5.html">deb(5)</a>
@NullMarked
package io.microvisor.formats.ar;

import org.jspecify.annotations.NullMarked;
